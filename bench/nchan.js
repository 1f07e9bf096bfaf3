// nginx and nchan, as Debian and Ubuntu install them.
const { execFileSync } = require('node:child_process');
const { existsSync } = require('node:fs');

const PROGRAM = '/usr/sbin/nginx';
const MODULE = '/usr/lib/nginx/modules/ngx_nchan_module.so';
const PACKAGES = ['nginx', 'libnginx-mod-nchan'];

/** How to install what is missing, or undefined. */
function missing() {
  if (existsSync(PROGRAM) && existsSync(MODULE)) return undefined;
  return `install nginx and nchan (Debian, Ubuntu: apt-get install ${PACKAGES.join(' ')})`;
}

/** Their names and versions. */
function title() {
  const versions = PACKAGES.map((name) => {
    const text = execFileSync('dpkg-query', ['-W', name], { encoding: 'utf8' });
    return /\t(?:\d+:)?([\d.]+)/.exec(text)[1];
  });
  return `nginx ${versions[0]}, nchan ${versions[1]}`;
}

module.exports = { MODULE, PROGRAM, missing, title };
