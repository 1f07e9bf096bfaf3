// nginx and nchan, as installed by Debian and Ubuntu.
const { execFileSync } = require('node:child_process');
const { existsSync } = require('node:fs');

const PROGRAM = '/usr/sbin/nginx';
const MODULE = '/usr/lib/nginx/modules/ngx_nchan_module.so';
const PACKAGES = ['nginx', 'libnginx-mod-nchan'];

/** Returns how to install missing packages, or undefined if none are missing. */
function missing() {
  if (existsSync(PROGRAM) && existsSync(MODULE)) return undefined;
  return `install nginx and nchan (Debian, Ubuntu: apt-get install ${PACKAGES.join(' ')})`;
}

/** Returns the names and versions of nginx and nchan. */
function title() {
  const versions = PACKAGES.map((name) => {
    const text = execFileSync('dpkg-query', ['-W', name], { encoding: 'utf8' });
    return /\t(?:\d+:)?([\d.]+)/.exec(text)[1];
  });
  return `nginx ${versions[0]}, nchan ${versions[1]}`;
}

module.exports = { MODULE, PROGRAM, missing, title };
