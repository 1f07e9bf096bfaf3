// The configuration of nginx, which distributes the clients over the processes. It needs no setting
// for buffering: the head of an event stream turns buffering off.
const { writeFileSync } = require('node:fs');
const path = require('node:path');

const TEMPORARY = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];

/**
 * @param {string} folder
 * @param {number} port
 * @param {number[]} ports the ports of the processes
 */
function writeConfiguration(folder, port, ports) {
  const servers = ports.map((each) => `server 127.0.0.1:${each} max_fails=1 fail_timeout=1s;`);
  const file = path.join(folder, 'nginx.conf');
  writeFileSync(
    file,
    `
daemon off;
worker_processes 1;
error_log /dev/null crit;
pid ${folder}/nginx.pid;
events { worker_connections 1024; }
http {
  access_log off;
  ${TEMPORARY.map((what) => `${what}_temp_path ${folder}/${what};`).join('\n  ')}
  upstream nodes {
    least_conn;
    ${servers.join('\n    ')}
  }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://nodes;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_next_upstream error timeout non_idempotent;
      proxy_read_timeout 1h;
    }
  }
}
`,
  );
  return file;
}

module.exports = { writeConfiguration };
