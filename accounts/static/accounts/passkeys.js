// Forms that a passkey fills in: `data-passkey` says whether one is made ("create") or shown
// ("get"). Without WebAuthn they stay hidden. The options stand in the page, or are asked for.
'use strict'

const toBytes = (text) => {
  const base64 = text.replace(/-/g, '+').replace(/_/g, '/')
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))
}

const toText = (buffer) => {
  if (!buffer) return null
  const letters = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte))
  return btoa(letters.join('')).replace(/\+/g, '-').replace(/\//g, '_').replace(/=/g, '')
}

const withBytes = (list) => (list || []).map((known) => ({ ...known, id: toBytes(known.id) }))

const forCreating = (options) => ({
  ...options,
  challenge: toBytes(options.challenge),
  user: { ...options.user, id: toBytes(options.user.id) },
  excludeCredentials: withBytes(options.excludeCredentials)
})

const forShowing = (options) => ({
  ...options,
  challenge: toBytes(options.challenge),
  allowCredentials: withBytes(options.allowCredentials)
})

const asJson = (credential) => {
  const { response } = credential
  const parts = ['clientDataJSON', 'attestationObject', 'authenticatorData', 'signature', 'userHandle']
  const answer = {}
  for (const part of parts) if (response[part]) answer[part] = toText(response[part])
  return JSON.stringify({
    id: credential.id,
    rawId: toText(credential.rawId),
    type: credential.type,
    response: answer,
    clientExtensionResults: credential.getClientExtensionResults()
  })
}

const optionsOf = async (form) => {
  if (form.dataset.optionsFrom) {
    const answer = await fetch(form.dataset.optionsFrom, { headers: { Accept: 'application/json' } })
    return (await answer.json()).request_options.publicKey
  }
  return JSON.parse(document.getElementById('passkey-options').textContent).publicKey
}

const askDevice = async (form) => {
  const options = await optionsOf(form)
  return form.dataset.passkey === 'create'
    ? navigator.credentials.create({ publicKey: forCreating(options) })
    : navigator.credentials.get({ publicKey: forShowing(options) })
}

const fill = (form) => async (event) => {
  event.preventDefault()
  const failed = form.querySelector('[data-passkey-failed]')
  failed.hidden = true
  try {
    form.elements.credential.value = asJson(await askDevice(form))
  } catch {
    failed.hidden = false
    return
  }
  form.submit()
}

if (window.PublicKeyCredential) {
  for (const form of document.querySelectorAll('form[data-passkey]')) {
    form.hidden = false
    form.addEventListener('submit', fill(form))
  }
}
