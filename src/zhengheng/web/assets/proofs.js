// What witness.py checks, on the reader's own machine: digest, ledger entry, checkpoint, signature, what went before.
const utf8 = (text) => new TextEncoder().encode(text);
const bytes = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const hex = (held) => [...held].map((one) => one.toString(16).padStart(2, "0")).join("");
const join = (...parts) => Uint8Array.from(parts.flatMap((part) => [...part]));

export const digest = async (held) => new Uint8Array(await crypto.subtle.digest("SHA-256", held));
export const digestText = async (held) => hex(await digest(held));
const node = (left, right) => digest(join([1], left, right));
const same = (one, other) => one !== null && hex(one) === hex(other);

async function rootFromInclusion(leaf, index, size, proof) {
  let place = index, last = size - 1, held = leaf;
  for (const step of proof) {
    if (last === 0) return null;
    if (place & 1 || place === last) {
      held = await node(step, held);
      while (!(place & 1) && place) [place, last] = [place >> 1, last >> 1];
    } else held = await node(held, step);
    [place, last] = [place >> 1, last >> 1];
  }
  return last === 0 ? held : null;
}

async function isConsistent(oldSize, oldRoot, size, newRoot, proof) {
  if (oldSize === size) return same(oldRoot, newRoot) && !proof.length;
  if (oldSize > size) return false;
  const [first, ...steps] = oldSize & (oldSize - 1) ? proof : [oldRoot, ...proof];
  if (!first) return false;
  let place = oldSize - 1, last = size - 1;
  while (place & 1) [place, last] = [place >> 1, last >> 1];
  let before = first, now = first;
  for (const step of steps) {
    if (last === 0) return false;
    if (place & 1 || place === last) {
      [before, now] = [await node(step, before), await node(step, now)];
      while (!(place & 1) && place) [place, last] = [place >> 1, last >> 1];
    } else now = await node(now, step);
    [place, last] = [place >> 1, last >> 1];
  }
  return last === 0 && same(before, oldRoot) && same(now, newRoot);
}

const base64 = (text) => Uint8Array.from(atob(text.trim()), (one) => one.charCodeAt(0));

// A checkpoint is a signed note (C2SP); version 0.1.0 wrote one of its own form, with the root in hexadecimal.
const stated = (checkpoint) => {
  const [body, after] = checkpoint.split("\n\n");
  const lines = body.split("\n");
  if (lines[0] === "zhengheng-ledger std") return { body: `${body}\n`, signatures: [base64(after)], size: +lines[2], root: bytes(lines[3]) };
  const signed = after.split("\n").filter((line) => line.startsWith("\u2014 ")).map((line) => base64(line.split(" ")[2]).slice(4));
  return { body: `${body}\n`, signatures: signed.filter((one) => one.length === 64), size: +lines[1], root: base64(lines[2]) };
};

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
// The short code of a root, as it stands in print: twenty characters of its base32 in groups of four.
const codeOf = (root) => {
  const bits = [...root].map((one) => one.toString(2).padStart(8, "0")).join("");
  return bits.match(/.{5}/g).slice(0, 20).map((one) => LETTERS[parseInt(one, 2)]).join("").match(/.{4}/g).join("-");
};

// Code, size and time stand beside a checkpoint for readers: they must be what was signed in it.
const fits = (held, point) => {
  const lines = point.body.split("\n");
  const signed = lines[0] === "zhengheng-ledger std" ? lines[4] : (lines.find((one) => one.startsWith("time ")) ?? "").slice(5);
  return held.code === codeOf(point.root) && held.size === point.size && Date.parse(held.at) === Date.parse(signed);
};

async function isSigned(key, point) {
  const raw = key.includes("+") ? base64(key.split("+").slice(2).join("+")).slice(1) : bytes(key);
  const owner = await crypto.subtle.importKey("raw", raw, { name: "Ed25519" }, false, ["verify"]);
  const made = await Promise.all(point.signatures.map((one) => crypto.subtle.verify({ name: "Ed25519" }, owner, one, utf8(point.body))));
  return made.includes(true);
}

// Whether all of a publication's proof holds; `before` is the proof that it goes on from. Throws where the browser knows no Ed25519.
export async function holds(number, held, before) {
  const point = stated(held.checkpoint), leaf = JSON.parse(held.leaf);
  const content = await digestText(join(bytes(held.salt), utf8(held.content)));
  const made = await digest(join([0], utf8(held.leaf)));
  const found = await rootFromInclusion(made, leaf.sequence, point.size, held.proof.map(bytes));
  if (leaf.act !== "publication.written" || leaf.subject !== `publication:${number}`) return false;
  if (!fits(held, point)) return false;
  if (content !== leaf.digest || !same(found, point.root)) return false;
  const old = before && stated(before.checkpoint);
  if (old && !(await isConsistent(old.size, old.root, point.size, point.root, held.consistency.map(bytes)))) return false;
  return isSigned(held.key, point);
}
