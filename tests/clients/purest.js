// Calls resources of the API by purest, and prints what came back as JSON.
const [host, token, thing] = process.argv.slice(2)
const flattr = require('purest')({provider: 'flattr', defaults: {origin: host}})

const calls = {
  user: () => flattr.get('user').auth(token),
  someone: () => flattr.get('users/ben').auth(token),
  nobody: () => flattr.get('users/nobody').auth(token),
  stranger: () => flattr.get('user').auth('wrong'),
  lookup: () => flattr.get('things/lookup').qs({url: 'https://ben.example/song'}).auth(token),
  missing: () => flattr.get('things/lookup').qs({url: 'https://ben.example/nix'}).auth(token),
  thing: () => flattr.get(`things/${thing}`).auth(token),
  categories: () => flattr.get('categories').auth(token),
  languages: () => flattr.get('languages').auth(token),
  limit: () => flattr.get('rate_limit').auth(token),
  created: () => flattr.post('things').form({url: 'https://ada.example/', title: 'Hers'}).auth(token),
  invalid: () => flattr.post('things').form({url: 'nonsense'}).auth(token),
  flattr: () => flattr.post('flattr').form({url:
    'http://flattr.com/submit/auto?user_id=ben&url=https%3A%2F%2Fben.example%2Fnew&title=New'}).auth(token),
  again: () => flattr.post('flattr').form({url: 'https://ben.example/new'}).auth(token),
  own: () => flattr.post('flattr').form({url: 'https://ada.example/'}).auth(token),
  flattrs: () => flattr.get('user/flattrs').qs({count: 30, page: 0}).auth(token),
  theirs: () => flattr.get('users/ada/flattrs').auth(token),
  givers: () => flattr.get(`things/${thing}/flattrs`).auth(token),
  activities: () => flattr.get('user/activities.as').auth(token),
  others: () => flattr.get('users/ada/activities.as').auth(token),
  things: () => flattr.get('users/ben/things').auth(token),
  search: () => flattr.get('things/search').qs({query: 'song', sort: 'flattrs'}).auth(token),
  budget: () => flattr.get('user/budget').auth(token),
  raised: () => flattr.put('user/budget').form({amount: '6', currency: 'EUR'}).auth(token),
  statement: () => flattr.get('user/statement').qs({period: new Date().toISOString().slice(0, 7)}).auth(token),
  earnings: () => flattr.get('user/earnings').qs({period: '2010-09'}).auth(token),
  standing: () => flattr.get('user/standing').auth(token),
  months: () => flattr.get('months').auth(token),
  month: () => flattr.get('months/2010-09').auth(token),
  unclicked: () => flattr.delete('things/' + thing + '/flattr').auth(token),
}

async function main () {
  const answers = {}
  for (const [name, call] of Object.entries(calls)) {
    try {
      const {res, body} = await call().request()
      answers[name] = {status: res.statusCode, body}
    } catch (err) {
      answers[name] = {message: err.message, body: err.body}
    }
  }
  console.log(JSON.stringify(answers))
}
main()
