// nginx and HAProxy as deploy/ has them, before the servers of a test. Only addresses and the certificate are others.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { Process, freePort, until } from './place.mjs';

const deploy = process.env.PARLANCE_TEST_DEPLOY ?? '../../deploy';
const certificate = process.env.PARLANCE_TEST_PROXY_CERTIFICATE;
const key = process.env.PARLANCE_TEST_PROXY_KEY;

/** Replaces each of these words, all of which must be there. */
function changed(text, words) {
  for (const [from, to] of words) {
    assert.ok(text.includes(from), `the example has ${from}`);
    text = text.replaceAll(from, to);
  }
  return text;
}

const kinds = {
  nginx(folder, { plain, tls, one, two }) {
    const example = changed(readFileSync(join(deploy, 'nginx/parlance.conf'), 'utf8'), [
      ['listen 80;', `listen 127.0.0.1:${plain};`],
      ['    listen [::]:80;\n', ''],
      ['listen 443 ', `listen 127.0.0.1:${tls} `],
      ['    listen [::]:443 ssl http2;\n', ''],
      ['/etc/ssl/parlance/fullchain.pem', certificate],
      ['/etc/ssl/parlance/privkey.pem', key],
      ['server_name chat.example.org', 'server_name localhost'],
      ['127.0.0.1:8001', `127.0.0.1:${one}`],
      ['127.0.0.1:8002', `127.0.0.1:${two}`],
    ]);
    writeFileSync(join(folder, 'parlance.conf'), example);
    const parts = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
    const main = `
      ${process.getuid() === 0 ? 'user root;' : ''}
      daemon off; master_process off; pid ${folder}/nginx.pid; error_log stderr;
      events {}
      http {
        access_log off;
        ${parts.map((part) => `${part}_temp_path ${folder}/${part};`).join(' ')}
        include ${folder}/parlance.conf;
      }`;
    writeFileSync(join(folder, 'nginx.conf'), main);
    return ['nginx', ['-p', folder, '-c', join(folder, 'nginx.conf')]];
  },
  haproxy(folder, { plain, tls, one, two }) {
    writeFileSync(join(folder, 'parlance.pem'), readFileSync(certificate, 'utf8') + readFileSync(key, 'utf8'));
    const example = changed(readFileSync(join(deploy, 'haproxy/haproxy.cfg'), 'utf8'), [
      ['maxconn 20000', 'maxconn 1000'],
      ['bind :80\n', `bind 127.0.0.1:${plain}\n`],
      ['bind :443 ', `bind 127.0.0.1:${tls} `],
      ['/etc/haproxy/parlance.pem', join(folder, 'parlance.pem')],
      ['127.0.0.1:8001', `127.0.0.1:${one}`],
      ['127.0.0.1:8002', `127.0.0.1:${two}`],
    ]);
    writeFileSync(join(folder, 'haproxy.cfg'), example);
    return ['haproxy', ['-db', '-f', join(folder, 'haproxy.cfg')]];
  },
};

/** For `place`: a proxy of that kind before its two servers. */
export function proxied(kind) {
  return async ({ folder, servers }) => {
    const at = join(folder, kind);
    mkdirSync(at);
    const proxy = new Process(at, kind);
    const [one, two] = servers.map(({ port }) => port);
    const ports = { plain: await freePort(), tls: await freePort(), one, two };
    const [program, args] = kinds[kind](at, ports);
    proxy.url = `https://localhost:${ports.tls}`;
    proxy.plain = `http://localhost:${ports.plain}`;
    const { PATH } = process.env;
    proxy.spawn(program, args, { env: { PATH } });
    await until(`${kind} passes requests on`, async () => {
      assert.ok(proxy.isRunning, `${kind} has ended:\n${proxy.tail()}`);
      return (await get(proxy.url, '/graphql').catch(() => null))?.status < 500;
    });
    return proxy;
  };
}

/** A request as somebody at another address of this machine. */
export function get(url, path, { headers = {}, method = 'GET', body, localAddress = '127.0.0.1' } = {}) {
  return new Promise((resolve, reject) => {
    const asked = request(`${url}${path}`, { method, headers, localAddress, family: 4, agent: false }, (answer) => {
      const parts = [];
      answer.on('data', (part) => parts.push(part));
      answer.on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, raw: answer.rawHeaders, text: Buffer.concat(parts).toString() }));
    });
    asked.once('error', reject);
    asked.end(body);
  });
}
