// Which folder may import which: the table of docs/decisions, each rule with its reason.
// Rules name what is forbidden; the spec in scripts/testing proves that they see what they should.

const SUBJECTS =
  'identity|applications|telemetry|risk|policy|alerts|detection|attack|capture|network|federation|audit|jobs|bus|realtime|operations';
/** The wiring (an entry and the roles that it starts) and entries of worker threads: they wire everything else. */
const WIRING = '(/main|/roles/[\\w-/]+|\\.thread)\\.ts$';
const SPEC = '\\.spec\\.ts$';
/** What specs share: `spec-server.ts` builds a world for them. */
const SPEC_WORLD = '/spec-[\\w-]+\\.ts$';
/** npm packages and Node's own modules, whatever the resolver calls them. */
const OUTSIDE = ['^node:', 'node_modules'];

/** A folder that may import of the project only what `allowed` matches. */
function layer(name, from, allowed, comment) {
  return {
    name,
    comment,
    severity: 'error',
    from: { path: from, pathNot: [WIRING, SPEC, SPEC_WORLD] },
    to: {
      path: '^(backend|jobs|frontend|scripts|contracts)/',
      // Packages have rules of their own.
      pathNot: ['(^|/)node_modules/', ...allowed],
    },
  };
}

/** A folder that may import of npm and Node only what `allowed` matches. */
function packages(name, from, allowed, comment) {
  return {
    name,
    comment,
    severity: 'error',
    from: { path: from, pathNot: [WIRING, SPEC, SPEC_WORLD] },
    to: {
      dependencyTypes: ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-no-pkg', 'core'],
      pathNot: allowed,
    },
  };
}

/** Folders of subjects that never import one another. */
function subjectsApart(name, layerPath, comment) {
  return {
    name,
    comment,
    severity: 'error',
    from: { path: `^${layerPath}/(${SUBJECTS})/`, pathNot: [WIRING, SPEC, SPEC_WORLD] },
    to: { path: `^${layerPath}/(${SUBJECTS})/`, pathNot: `^${layerPath}/$1/` },
  };
}

const ZOD = ['node_modules/zod/'];
const WORDS = '^backend/protocol/src/';
const RULES = '^backend/domain/src/';

module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      comment: 'A cycle has no bottom: nothing in it can be read, tested or loaded by itself.',
      severity: 'error',
      from: {},
      // A type is gone before anything is loaded.
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'not-to-unresolvable',
      comment: 'An import that does not resolve is one that every other rule is blind to.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'nothing-imports-specs',
      comment: 'What a spec needs from another belongs into a file of its own.',
      severity: 'error',
      from: {},
      to: { path: SPEC },
    },
    {
      name: 'nothing-imports-wiring',
      comment: 'main.ts and threads are entries: what imports them starts them.',
      severity: 'error',
      from: { path: '^(backend|jobs)/', pathNot: [WIRING, SPEC_WORLD] },
      to: { path: `^(backend|jobs)/.*${WIRING}` },
    },
    layer('protocol', WORDS, [WORDS], 'Words stand below everything, in the browser too.'),
    packages('protocol-packages', WORDS, ZOD, 'Words need zod alone: they load everywhere.'),
    layer('domain', RULES, [WORDS, RULES], 'Rules are pure: they know words, not the world.'),
    packages(
      'domain-packages',
      RULES,
      ZOD,
      'Rules take clock, randomness and hashing as arguments: no Node, no npm but zod.',
    ),
    subjectsApart(
      'domain-subjects',
      'backend/domain/src',
      'Subjects meet in protocol or domain/kernel, so that each is read alone.',
    ),
    {
      name: 'domain-kernel',
      comment: 'The kernel is what subjects share: it knows none of them.',
      severity: 'error',
      from: { path: '^backend/domain/src/kernel/' },
      to: { path: RULES, pathNot: '^backend/domain/src/kernel/' },
    },
    layer(
      'adapters',
      '^backend/adapters/src/',
      [WORDS, RULES, '^backend/adapters/src/'],
      'Adapters give the world to rules; they know no server and no client.',
    ),
    layer(
      'server-handlers',
      '^backend/server/src/(routes|sockets|pipeline)/',
      [WORDS, RULES, '^backend/server/src/', '^jobs/src/enqueue'],
      'Handlers get the world as ports, so they run against any of it.',
    ),
    layer(
      'server-binders',
      '^backend/server/src/(http|socket)/',
      [
        WORDS,
        '^backend/domain/src/[a-z]+/ports\\.ts$',
        '^backend/domain/src/kernel/[a-z]+-ports\\.ts$',
        '^backend/server/src/(http|socket)/',
      ],
      'Binders turn declarations into routes and events; of the rules they know the ports alone.',
    ),
    subjectsApart(
      'server-subjects',
      'backend/server/src/(?:routes|sockets|pipeline)',
      'Handlers of one subject do not reach into those of another.',
    ),
    layer(
      'collector',
      '^backend/collector/src/',
      ['^backend/collector/src/', WORDS],
      'The collector runs in pages of others: it brings nothing of the platform along.',
    ),
    {
      name: 'collector-types-only',
      comment: 'A value imported from protocol would bring zod into every page.',
      severity: 'error',
      from: { path: '^backend/collector/src/', pathNot: SPEC },
      to: { path: WORDS, dependencyTypesNot: ['type-only'] },
    },
    packages(
      'collector-packages',
      '^backend/collector/src/',
      [],
      'The collector has no dependency: it must stay under 12 kB.',
    ),
    layer(
      'sdk',
      '^backend/sdk/src/',
      ['^backend/sdk/src/', WORDS],
      'The SDK is installed in programs of others: it brings nothing of the platform along but types.',
    ),
    {
      name: 'sdk-types-only',
      comment: 'A value imported from protocol would bring zod into every program.',
      severity: 'error',
      from: { path: '^backend/sdk/src/', pathNot: SPEC },
      to: { path: WORDS, dependencyTypesNot: ['type-only'] },
    },
    packages('sdk-packages', '^backend/sdk/src/', [], 'The SDK has no dependency.'),
    layer(
      'edge-and-verify',
      '^backend/(edge|verify)/src/',
      ['^backend/$1/src/', WORDS, RULES],
      'They are installed elsewhere, without the platform.',
    ),
    layer(
      'tasks',
      '^jobs/src/(tasks/|define-task)',
      ['^jobs/src/(tasks/|define-task|tools)', WORDS, RULES],
      'Ports arrive as `tools`: a task runs in any worker.',
    ),
    packages('tasks-packages', '^jobs/src/(tasks/|define-task)', ZOD, 'As for the rules.'),
    layer(
      'enqueue',
      '^jobs/src/enqueue',
      [WORDS, '^jobs/src/generated/', '^jobs/src/enqueue'],
      'Who enqueues needs names and payloads, and must not load the handlers.',
    ),
    layer(
      'workers',
      '^jobs/src/(worker|scheduler)',
      ['^jobs/src/', WORDS, RULES, '^backend/adapters/src/.*ports'],
      'Workers run tasks over ports; main.ts wires them.',
    ),
    layer(
      'frontend',
      '^frontend/',
      ['^frontend/', WORDS, '^backend/collector/src/'],
      'The client shares words with the server, and ships the collector; nothing else.',
    ),
    {
      name: 'frontend-features',
      comment: 'A feature is loaded alone: what two of them need is in core or ui.',
      severity: 'error',
      from: { path: '^frontend/src/app/features/([^/]+)/' },
      to: { path: '^frontend/src/app/features/', pathNot: '^frontend/src/app/features/$1/' },
    },
  ],
  options: {
    doNotFollow: { path: OUTSIDE },
    exclude: { path: ['(^|/)(dist|\\.build|\\.angular)/'] },
    // Types too: an import for a type is a dependency of the reader.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      // Sources, not a dist that need not be there: otherwise imports across workspaces are unseen.
      conditionNames: ['source', 'import', 'node', 'default', 'types'],
      extensions: ['.ts', '.mts', '.d.ts', '.js', '.mjs', '.cjs', '.json'],
      mainFields: ['module', 'main', 'types'],
    },
  },
};
