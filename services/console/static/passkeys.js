// A button with data-passkey asks the browser's authenticator ("create" or "get") and sends its answer with its form.
const WORDS = { "sign-in-again": "late", "passkeys-enough": "enough" };

function tell(what) {
  for (const note of document.querySelectorAll("[data-says]")) note.hidden = note.dataset.says !== what;
}

async function optionsFor(button) {
  const sent = new URLSearchParams({ form_word: button.form.elements.form_word?.value ?? "" });
  const answer = await fetch(button.dataset.options, { method: "POST", body: sent, cache: "no-store" });
  const told = await answer.json();
  if (!answer.ok) throw new Error(WORDS[told.code] ?? "away");
  return told;
}

async function askAuthenticator(kind, options) {
  const asked = kind === "create"
    ? PublicKeyCredential.parseCreationOptionsFromJSON(options)
    : PublicKeyCredential.parseRequestOptionsFromJSON(options);
  const credential = await navigator.credentials[kind]({ publicKey: asked });
  return JSON.stringify(credential.toJSON());
}

async function usePasskey(button) {
  tell("");
  let options;
  try {
    options = await optionsFor(button);
  } catch (failed) {
    tell(Object.values(WORDS).includes(failed.message) ? failed.message : "away");
    return;
  }
  try {
    button.form.elements.credential.value = await askAuthenticator(button.dataset.passkey, options);
  } catch (stopped) {
    tell(stopped.name === "InvalidStateError" ? "known" : "stopped");
    return;
  }
  button.form.requestSubmit(button);
}

for (const button of document.querySelectorAll("[data-passkey]")) {
  if (!globalThis.PublicKeyCredential?.parseCreationOptionsFromJSON) continue;
  button.hidden = false;
  button.addEventListener("click", (event) => {
    if (button.form.elements.credential.value) return;
    event.preventDefault();
    usePasskey(button);
  });
}
