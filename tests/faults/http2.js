// SPDX-License-Identifier: GPL-3.0-or-later
// A server that speaks HTTP/2 and nothing else: http2.js KEY CERTIFICATE
const fs = require('fs');
const http2 = require('http2');

const [key, cert] = process.argv.slice(2).map((path) => fs.readFileSync(path));
const server = http2.createSecureServer({ key, cert, allowHTTP1: false }, (request, response) => {
  console.log('REQUEST', request.method);
  response.end('{}');
});
server.listen(0, '127.0.0.1', () => console.log('listening on', server.address().port));
