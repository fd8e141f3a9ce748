// A site on which people sign in with their account, by grant. Prints a line when it listens.
const [host, own, key, secret] = process.argv.slice(2)
const express = require('express')
const session = require('express-session')
const grant = require('grant')

express()
  .use(session({secret: 'grant', saveUninitialized: true, resave: false}))
  .use(grant.express()({
    defaults: {origin: own, transport: 'session', state: true},
    flattr: {
      key, secret, scope: ['flattr', 'thing'],
      authorize_url: host + '/oauth/authorize',
      access_url: host + '/oauth/token',
      profile_url: host + '/rest/v2/user',
      response: ['tokens', 'profile'],
      callback: '/done'
    }
  }))
  .get('/done', (req, res) => res.json(req.session.grant.response))
  .listen(new URL(own).port, '127.0.0.1', () => console.log('listening'))
