// Checks what no schema knows, and writes the manifests as TypeScript, whose compiler then refuses unknown fields and
// wrong types. Called by ./check: node check.mjs DIRECTORY WORK
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';

const [directory, work] = process.argv.slice(2);
const failures = [];
const check = (condition, message) => condition || failures.push(message);
const read = (...path) => readFileSync(join(directory, ...path), 'utf8');

// Kubernetes reads YAML 1.1, where 0440 is octal.
function parse(file, text) {
  return parseAllDocuments(text, { version: '1.1', merge: true }).map((document) => {
    document.errors.forEach((error) => failures.push(`${file}: ${error.message}`));
    return document.toJS();
  });
}

// The flags of the program, as variables.
const help = readFileSync(join(work, 'help'), 'utf8');
const variables = new Set(
  [...help.matchAll(/--([a-z][a-z-]+)/g)].map(([, flag]) => `HOLDFAST_${flag.toUpperCase().replaceAll('-', '_')}`));
const dockerfile = read('..', 'distribution', 'Dockerfile');
const image = dockerfile.match(/docker build -t (\S+)/)[1];
const user = Number(dockerfile.match(/^USER (\d+):\d+$/m)[1]);
const exposed = dockerfile.match(/^EXPOSE (.*)$/m)[1].split(' ').map(Number);
check(variables.has('HOLDFAST_STORE'), 'the program has no --store');

const imageName = (name) => name.replace(/\$\{[^}]*:-([^}]*)\}/, '$1').split('/').pop().split(':')[0];
const port = (address) => Number(address.split(':').pop());
const below = (path, directories) => directories.some((one) => path === one || path.startsWith(`${one}/`));

// The environment of a container: only variables that the program knows, and files that are mounted.
function checkEnvironment(where, environment, mounts, url) {
  for (const [name, value] of Object.entries(environment)) {
    if (name.startsWith('HOLDFAST_')) {
      check(variables.has(name), `${where}: the program does not know ${name}`);
    }
    check(!/PASSWORD$/.test(name), `${where}: ${name} has a secret; mount a file`);
    if (String(value).startsWith('/')) {
      check(below(value, mounts), `${where}: ${name}=${value} is not mounted`);
    }
  }
  if (!url) {
    check(!environment.HOLDFAST_STORE, `${where}: the embedded store has no --store`);
    return;
  }
  const store = new URL(environment.HOLDFAST_STORE);
  check(store.protocol === 'postgresql:', `${where}: ${store.protocol} in HOLDFAST_STORE`);
  check(store.password === '', `${where}: HOLDFAST_STORE has a password`);
  check(store.searchParams.has('sslmode'), `${where}: HOLDFAST_STORE has no sslmode`);
  check(environment.PGPASSFILE, `${where}: no PGPASSFILE`);
  const authority = store.searchParams.get('sslrootcert');
  check(!authority || below(authority, mounts), `${where}: ${authority} is not mounted`);
}

function checkSecurity(where, container, pod) {
  const security = container.securityContext ?? {};
  check(pod.securityContext?.runAsNonRoot === true, `${where}: runAsNonRoot`);
  check(pod.securityContext?.runAsUser === user, `${where}: the image has the user ${user}`);
  check(pod.securityContext?.seccompProfile?.type === 'RuntimeDefault', `${where}: seccompProfile`);
  check(security.readOnlyRootFilesystem === true, `${where}: readOnlyRootFilesystem`);
  check(security.allowPrivilegeEscalation === false, `${where}: allowPrivilegeEscalation`);
  check(security.capabilities?.drop?.includes('ALL'), `${where}: capabilities`);
  check(container.resources?.limits?.memory && container.resources?.requests?.memory, `${where}: resources`);
  check(pod.enableServiceLinks === false, `${where}: enableServiceLinks`);
  check(pod.automountServiceAccountToken === false, `${where}: automountServiceAccountToken`);
  check(pod.terminationGracePeriodSeconds > 30, `${where}: terminationGracePeriodSeconds leaves no time to drain`);
}

const types = {
  Deployment: 'apps/v1', StatefulSet: 'apps/v1', Service: 'v1', PodDisruptionBudget: 'policy/v1',
  NetworkPolicy: 'networking.k8s.io/v1',
};
const typed = [];

// The resources of one directory, which are applied together.
function checkVariant(variant) {
  const files = readdirSync(join(directory, 'kubernetes', variant)).sort();
  const all = files.flatMap((file) => parse(file, read('kubernetes', variant, file)));
  const names = all.map((resource) => `${resource.kind} ${resource.metadata?.name}`);
  check(new Set(names).size === names.length, `${variant}: a resource is there twice`);
  for (const resource of all) {
    check(types[resource.kind] === resource.apiVersion, `${variant}: ${resource.apiVersion} ${resource.kind}`);
    typed.push([resource.kind, resource.apiVersion, resource]);
  }
  const workload = all.find((resource) => resource.spec.template);
  const where = `${variant}/${workload.kind}`;
  const { spec } = workload;
  const pod = spec.template.spec;
  const { labels } = spec.template.metadata;
  const [container] = pod.containers;
  const selects = (selector) => Object.entries(selector).every(([label, value]) => labels[label] === value);

  check(selects(spec.selector.matchLabels), `${where}: selects no pod of its own`);
  check(imageName(container.image) === image, `${where}: the image ${container.image} is not ${image}`);
  check(/:\d+\.\d+/.test(container.image), `${where}: the image has no version`);
  checkSecurity(where, container, pod);

  const environment = Object.fromEntries(container.env.map(({ name, value }) => [name, value]));
  const mounts = container.volumeMounts.map(({ mountPath }) => mountPath);
  checkEnvironment(where, environment, mounts, variant === 'shared');
  const volumes = [...(pod.volumes ?? []), ...(spec.volumeClaimTemplates ?? []).map(({ metadata }) => metadata)];
  check(
    container.volumeMounts.map(({ name }) => name).sort().join() === volumes.map(({ name }) => name).sort().join(),
    `${where}: volumes and mounts differ`);

  const ports = Object.fromEntries(container.ports.map(({ name, containerPort }) => [name, containerPort]));
  check(Object.values(ports).join() === exposed.join(), `${where}: the image exposes ${exposed}`);
  check(port(environment.HOLDFAST_LISTEN) === ports.grpc, `${where}: HOLDFAST_LISTEN is not the port grpc`);
  check(port(environment.HOLDFAST_ADMIN_LISTEN) === ports.admin, `${where}: HOLDFAST_ADMIN_LISTEN is not the port admin`);
  for (const [probe, path] of [['livenessProbe', '/livez'], ['readinessProbe', '/readyz']]) {
    const get = container[probe]?.httpGet;
    check(get?.path === path && get.port === 'admin' && get.scheme === 'HTTPS', `${where}: ${probe}`);
  }

  for (const service of all.filter(({ kind }) => kind === 'Service')) {
    check(selects(service.spec.selector), `${variant}: Service ${service.metadata.name} selects no pod`);
    for (const one of service.spec.ports) {
      check(ports[one.targetPort] === one.port, `${variant}: Service ${service.metadata.name}, port ${one.name}`);
    }
    const isPublic = service.spec.clusterIP !== 'None';
    check(!isPublic || service.spec.ports.every(({ name }) => name === 'grpc'),
      `${variant}: Service ${service.metadata.name} publishes the admin port`);
  }
  const services = all.filter(({ kind }) => kind === 'Service').map(({ metadata }) => metadata.name);
  if (workload.kind === 'StatefulSet') {
    check(services.includes(spec.serviceName), `${where}: there is no Service ${spec.serviceName}`);
    check(spec.replicas === 1, `${where}: a ledger in a directory has one server`);
    check(below(environment.HOLDFAST_DATA_DIR, mounts), `${where}: HOLDFAST_DATA_DIR is on no volume`);
  } else {
    check(spec.replicas >= 3, `${where}: fewer than three servers`);
    const budget = all.find(({ kind }) => kind === 'PodDisruptionBudget');
    check(budget && selects(budget.spec.selector.matchLabels), `${variant}: no budget for disruptions`);
  }
  const policy = all.find(({ kind }) => kind === 'NetworkPolicy');
  check(policy && selects(policy.spec.podSelector.matchLabels), `${variant}: no network policy`);
  for (const rule of policy?.spec.ingress ?? []) {
    check(rule.ports?.every((one) => one.port in ports), `${variant}: the network policy names a port that is not there`);
    check(rule.from || rule.ports.every((one) => one.port === 'grpc'), `${variant}: everybody reaches the admin port`);
  }
}

function checkCompose() {
  const [file] = parse('compose.yaml', read('compose', 'compose.yaml'));
  const servers = Object.entries(file.services).filter(([name]) => name.startsWith('holdfast-'));
  check(servers.length === 3, 'compose: three servers');
  const published = servers.flatMap(([, { ports }]) => ports);
  check(new Set(published).size === published.length, 'compose: a port is published twice');
  for (const [name, service] of servers) {
    check(imageName(service.image) === image, `compose: the image ${service.image} is not ${image}`);
    checkEnvironment(`compose: ${name}`, service.environment, service.secrets.map((one) => `/run/secrets/${one}`), true);
    check(service.ports.every((one) => port(one) === port(service.environment.HOLDFAST_LISTEN)), `compose: ports of ${name}`);
    const host = new URL(service.environment.HOLDFAST_STORE).hostname;
    check(host in file.services && host in service.depends_on, `compose: ${name} does not wait for ${host}`);
    check(file.services[host]?.healthcheck, `compose: ${host} has no health check`);
    check(service.healthcheck.test.join(' ').includes('/readyz'), `compose: health check of ${name}`);
  }
  for (const [name, service] of Object.entries(file.services)) {
    service.secrets.forEach((secret) => check(secret in file.secrets, `compose: ${name} has no secret ${secret}`));
    Object.entries(service.environment).forEach(([variable, value]) =>
      check(!/PASSWORD$/.test(variable), `compose: ${name} has a password in ${variable}=${value}`));
  }
}

checkCompose();
const variants = readdirSync(join(directory, 'kubernetes'));
variants.forEach(checkVariant);

// Object literals, so that the compiler refuses fields that the types do not have.
const source = typed.map(([kind, apiVersion, resource], index) =>
  `import type { I${kind} as T${index} } from 'kubernetes-models/${apiVersion}';\n`
  + `export const resource${index}: T${index} = ${JSON.stringify(resource, null, 1)};\n`);
writeFileSync(join(work, 'manifests.ts'), source.join('\n'));
writeFileSync(join(work, 'tsconfig.json'), JSON.stringify({
  compilerOptions: {
    noEmit: true, strict: true, skipLibCheck: true, module: 'nodenext', moduleResolution: 'nodenext', types: [],
  },
  files: ['manifests.ts'],
}));

const documents = read('README.md');
for (const [, link] of documents.matchAll(/\]\(([^)#:]+)\)/g)) {
  check(existsSync(join(directory, link)), `README.md links to ${link}, which does not exist`);
}

if (failures.length > 0) {
  failures.forEach((failure) => console.error(`FAILED: ${failure}`));
  process.exit(1);
}
console.log(`${typed.length} Kubernetes resources in ${variants.length} variants and three servers of Compose agree with the image and the program`);
