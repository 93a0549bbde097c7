// People made of the collector's own core and the fitted typists, for tests that need more typing than a test may last.
export { LiveRecording } from '../scripts/demo/behaviour';
export { enrol } from '../scripts/demo/enrol';
export { handsOf, sittingsOf, strangerTo } from '../scripts/demo/hands';
export { Visit } from '../scripts/demo/visit';
