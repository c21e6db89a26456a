/** A passkey is made or asked for: the server's question to the browser, the browser's answer to the server. */

const place = /** @type {HTMLElement} */ (document.getElementById("passkey"));
const button = /** @type {HTMLButtonElement} */ (place.querySelector("button"));
const failure = /** @type {HTMLElement} */ (place.querySelector("[role=alert]"));
const { question = "", answer = "" } = place.dataset;

if (window.PublicKeyCredential && navigator.credentials) {
  place.hidden = false;
  button.addEventListener("click", () => void press());
}

async function press() {
  button.disabled = true;
  failure.hidden = true;
  try {
    const credential = "new" in place.dataset ? await made() : await held();
    location.assign((await sent(answer, told(credential))).go);
  } catch {
    failure.hidden = false;
    button.disabled = false;
  }
}

/** @returns {Promise<PublicKeyCredential>} */
async function made() {
  const asked = await sent(question, {});
  const publicKey = {
    ...asked,
    challenge: bytes(asked.challenge),
    user: { ...asked.user, id: bytes(asked.user.id) },
    excludeCredentials: asked.excludeCredentials.map(/** @param {any} one */ (one) => ({ ...one, id: bytes(one.id) })),
  };
  return /** @type {PublicKeyCredential} */ (await navigator.credentials.create({ publicKey }));
}

/** @returns {Promise<PublicKeyCredential>} */
async function held() {
  const asked = await sent(question, {});
  const publicKey = { ...asked, challenge: bytes(asked.challenge), allowCredentials: [] };
  return /** @type {PublicKeyCredential} */ (await navigator.credentials.get({ publicKey }));
}

/**
 * The credential as JSON; toJSON() of the browsers is younger than our baseline.
 * @param {PublicKeyCredential} credential
 */
function told(credential) {
  const { response } = credential;
  const fields = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
  const said = Object.fromEntries(
    fields.flatMap((name) => {
      const value = /** @type {any} */ (response)[name];
      return value ? [[name, text(value)]] : [];
    }),
  );
  return { id: credential.id, rawId: text(credential.rawId), type: credential.type, response: said };
}

/**
 * @param {string} address
 * @param {unknown} body
 * @returns {Promise<any>}
 */
async function sent(address, body) {
  const response = await fetch(address, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${address} answered ${response.status}`);
  return response.json();
}

/**
 * @param {string} base64url
 * @returns {Uint8Array<ArrayBuffer>}
 */
function bytes(base64url) {
  const letters = atob(base64url.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
}

/**
 * @param {ArrayBuffer} buffer
 * @returns {string}
 */
function text(buffer) {
  const letters = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(letters).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}
