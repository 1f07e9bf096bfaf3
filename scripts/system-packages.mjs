import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { run } from './process.mjs';

const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/**
 * The system packages that some tests need. A package counts as installed if one of its `programs`
 * or its `file` exists. Its `service` is stopped after the installation.
 */
const NEEDED = [
  { package: 'chromium', programs: BROWSERS, skipped: 'the tests in a browser' },
  { package: 'valgrind', programs: ['valgrind'], skipped: 'the checks of memory and speed' },
  { package: 'openssl', programs: ['openssl'], skipped: 'the tests over TLS' },
  {
    package: 'redis-server',
    programs: ['redis-server'],
    service: 'redis-server',
    skipped: 'the tests over Redis',
  },
  {
    package: 'nats-server',
    programs: ['nats-server'],
    service: 'nats-server',
    skipped: 'the tests over NATS',
  },
  { package: 'nginx', programs: ['nginx'], service: 'nginx', skipped: 'the tests behind nginx' },
  {
    package: 'haproxy',
    programs: ['haproxy'],
    service: 'haproxy',
    skipped: 'the tests behind HAProxy',
  },
  {
    package: 'libnginx-mod-nchan',
    file: '/usr/lib/nginx/modules/ngx_nchan_module.so',
    skipped: "the client's tests against nchan",
  },
];

function find(program) {
  const name = process.platform === 'win32' ? `${program}.exe` : program;
  const directories = (process.env.PATH ?? '').split(path.delimiter).filter(Boolean);
  // Debian installs servers in a folder that only root has in its PATH.
  return [...directories, '/usr/sbin']
    .map((directory) => path.join(directory, name))
    .find((file) => existsSync(file));
}

function missing() {
  return NEEDED.filter(
    ({ programs, file }) => !programs?.some(find) && !(file && existsSync(file)),
  );
}

function aptWorks() {
  if (process.getuid?.() !== 0 || !find('apt-get')) return false;
  const release = readFileSync('/etc/os-release', 'utf8');
  return /^ID=(debian|ubuntu)$/m.test(release);
}

/** Stops and disables a service: Debian starts it at its installation and after every boot. */
async function stopService(name, options) {
  const quiet = { ...options, stdio: 'ignore' };
  await run('invoke-rc.d', [name, 'stop'], quiet);
  await run('update-rc.d', [name, 'disable'], quiet);
}

/** Installs missing packages as root. Prints which tests are skipped if some are still missing. */
export async function installSystemPackages() {
  const wanted = missing();
  if (wanted.length > 0 && aptWorks()) {
    const names = wanted.map((need) => need.package);
    console.log(`sluice: installing ${names.join(', ')} with apt-get`);
    const options = {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      stdio: ['ignore', 'ignore', 'inherit'],
    };
    await run('apt-get', ['update', '-qq'], options);
    await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...names], options);
    for (const { service } of wanted) if (service) await stopService(service, options);
  }
  for (const need of missing()) {
    const how = `install it (Debian, Ubuntu: apt-get install ${need.package})`;
    console.log(`sluice: ${need.package} is missing, so ${need.skipped} are skipped; ${how}`);
  }
  // The tests read the path of the browser from this variable.
  const browser = BROWSERS.map(find).find(Boolean);
  if (browser) process.env.CHROMIUM ??= browser;
  return 0;
}
