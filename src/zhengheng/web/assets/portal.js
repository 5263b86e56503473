// The portal reads without scripts; these keep large type, search as one types, and check a file on the reader's machine.
const large = document.querySelector("#large");
large.checked = localStorage.getItem("large") === "yes";
large.addEventListener("change", () => localStorage.setItem("large", large.checked ? "yes" : ""));

const found = document.querySelector("#found"), check = document.querySelector("#check");
if (found) search(document.querySelector("#query"), [...found.querySelectorAll("li")], document.querySelector("#said"));
if (check && crypto.subtle) verify(check, document.querySelector("#checked"));

const said = document.querySelector("#said[data-received]");
if (said) {
  const asked = new URLSearchParams(location.search);
  for (const word of ["received", "length", "late"]) {
    if (!asked.has(word)) continue;
    said.hidden = false;
    said.textContent = `${said.dataset[word]} ${asked.get(word)}`;
  }
  const page = document.querySelector("#page");
  if (page && document.referrer.startsWith(location.origin)) page.value = new URL(document.referrer).pathname;
}

function search(field, items, said) {
  document.querySelector("#search").hidden = false;
  field.value = new URLSearchParams(location.search).get("q") ?? "";
  const show = () => {
    const words = field.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    for (const item of items) item.hidden = !words.every((word) => item.dataset.words.toLowerCase().includes(word));
    said.textContent = `${items.filter((item) => !item.hidden).length} / ${items.length}`;
  };
  field.addEventListener("input", show);
  show();
}

function verify(field, said) {
  field.parentElement.hidden = false;
  field.addEventListener("change", async () => {
    const bytes = await field.files[0].arrayBuffer();
    const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    const text = [...sum].map((one) => one.toString(16).padStart(2, "0")).join("");
    const same = [...document.querySelectorAll("tbody code")].find((code) => code.textContent === text);
    said.className = same ? "lamp lamp-met" : "lamp lamp-missed";
    said.textContent = same ? `● ${said.dataset.same} ${same.closest("tr").querySelector("a").textContent}` : `■ ${said.dataset.other}`;
  });
}
