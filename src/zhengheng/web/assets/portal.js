// The portal reads without scripts; these keep large type, search as one types, and check files and proofs on the reader's machine.
import { digestText, holds } from "./proofs.js";

const large = document.querySelector("#large");
large.checked = localStorage.getItem("large") === "yes";
large.addEventListener("change", () => localStorage.setItem("large", large.checked ? "yes" : ""));

const found = document.querySelector("#found"), check = document.querySelector("#check"), proved = document.querySelector("#proved");
if (found) search(document.querySelector("#query"), [...found.querySelectorAll("li")], document.querySelector("#said"));
if (check && crypto.subtle) verify(check, document.querySelector("#checked"));
if (proved && crypto.subtle) prove(proved);

const said = document.querySelector("#said[data-received]");
if (said) {
  const asked = new URLSearchParams(location.search);
  if (asked.has("received")) {
    said.hidden = false;
    said.textContent = `${said.dataset.received} ${asked.get("received")}`;
  }
  const page = document.querySelector("#page");
  if (page && document.referrer.startsWith(location.origin)) page.value = new URL(document.referrer).pathname;
}

const box = document.querySelector("textarea[data-longest]");
if (box) count(box, document.querySelector("#written"));

// Too long a text is not cut: the browser says so before it sends it, and keeps it.
function count(box, written) {
  const show = () => {
    const length = [...box.value.trim()].length;
    written.textContent = length ? written.dataset.written.replace("NUMBER", length) : "";
    box.setCustomValidity(length > Number(box.dataset.longest) ? box.dataset.long.replace("NUMBER", length) : "");
  };
  box.addEventListener("input", show);
  show();
}

function search(field, items, said) {
  document.querySelector("#search").hidden = false;
  field.value = new URLSearchParams(location.search).get("q") ?? "";
  const show = () => {
    const words = field.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    for (const item of items) item.hidden = !words.every((word) => item.dataset.words.toLowerCase().includes(word));
    said.textContent = said.dataset.said.replace("N", items.filter((item) => !item.hidden).length).replace("M", items.length);
  };
  field.addEventListener("input", show);
  show();
}

function verify(field, said) {
  field.parentElement.hidden = false;
  field.addEventListener("change", async () => {
    const text = await digestText(await field.files[0].arrayBuffer());
    const same = [...document.querySelectorAll("tbody code")].find((code) => code.textContent === text);
    said.className = same ? "lamp lamp-met" : "lamp lamp-missed";
    said.textContent = same ? `● ${said.dataset.same} ${same.closest("tr").querySelector("a").textContent}` : `■ ${said.dataset.other}`;
  });
}

async function prove(table) {
  const { publications } = await (await fetch(table.dataset.proofs, { cache: "no-cache" })).json();
  table.querySelector("thead .state").hidden = false;
  for (const row of table.querySelectorAll("tbody tr")) {
    const held = publications[row.dataset.number], cell = row.querySelector(".state");
    cell.hidden = false;
    let good = false;
    try {
      good = await holds(row.dataset.number, held, publications[held.follows]);
    } catch (error) {
      if (error.name === "NotSupportedError") {
        cell.firstElementChild.textContent = table.dataset.unable;
        continue;
      }
    }
    cell.firstElementChild.className = good ? "lamp lamp-met" : "lamp lamp-missed";
    cell.firstElementChild.textContent = good ? `● ${table.dataset.good}` : `■ ${table.dataset.bad}`;
  }
}
