// Run once by mongosh in docker-compose.yml: makes the replica set rs0, if it is not there yet,
// and waits for its primary.
/* global rs, db, sleep, quit, print */
try {
  rs.status();
} catch (error) {
  if (error.codeName !== 'NotYetInitialized') throw error;
  rs.initiate({ _id: 'rs0', members: [{ _id: 0, host: 'mongodb:27017' }] });
}
for (let tries = 0; tries < 60; tries++) {
  if (db.hello().isWritablePrimary) {
    print('rs0 has a primary');
    quit(0);
  }
  sleep(500);
}
print('rs0 has no primary after 30 s');
quit(1);
