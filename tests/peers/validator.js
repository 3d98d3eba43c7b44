// SPDX-License-Identifier: GPL-3.0-or-later
// node validator.js DOCUMENT UPSTREAM SECRET: express-openapi-validator between a client and a sandbox.
'use strict'

const express = require('express')
const OpenApiValidator = require('express-openapi-validator')

const [document, upstream, secret] = process.argv.slice(2)
const basic = (password) => 'Basic ' + Buffer.from(`sandbox:${password}`).toString('base64')

// Who the document's security schemes let in. One that is not given at all has been refused before.
function fits(request, scheme) {
  if (scheme.type === 'apiKey') return request.get(scheme.name) === secret
  return request.get('authorization') === (scheme.scheme === 'bearer' ? `Bearer ${secret}` : basic(secret))
}

const judge = OpenApiValidator.middleware({
  apiSpec: document,
  validateApiSpec: true,
  validateRequests: { allErrors: true },
  validateResponses: { allErrors: true },
  validateSecurity: {
    handlers: new Proxy({}, {
      has: () => true,
      get: () => (request, _scopes, scheme) => fits(request, scheme),
    }),
  },
})

async function passOn(request, response) {
  const body = request.text ? { body: request.text, headers: { 'content-type': request.get('content-type') } } : {}
  const headers = { ...body.headers, authorization: basic('sandbox'), 'x-requestidentifier': request.get('x-requestidentifier') }
  const reply = await fetch(upstream + request.originalUrl, { method: request.method, ...body, headers })
  response.status(reply.status).json(await reply.json())
}

function refuse(error, _request, response, _next) {
  response.status(error.status || 500).json({ responseCode: 'REFUSED', responseMessage: `validator: ${error.message}` })
}

const app = express()
app.use(express.json({ verify: (request, _response, bytes) => { request.text = bytes } }))
app.use(judge)
app.use(passOn)
app.use(refuse)
const server = app.listen(0, '127.0.0.1', () => console.log(`listening on http://127.0.0.1:${server.address().port}`))
