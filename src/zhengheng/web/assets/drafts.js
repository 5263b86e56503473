// Drafts save themselves: what is typed into a form that has a draft goes to its saving act after a short rest.
// Without this script everything works by its buttons.

const REST = 3000;

for (const form of document.querySelectorAll("form[data-draft]")) {
  const names = form.dataset.draftFields.split(" ");
  if (!names.every((name) => form.elements[name])) continue;
  let waiting;
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => save(form, names), REST);
  });
  form.addEventListener("submit", () => clearTimeout(waiting));
}

async function save(form, names) {
  const body = { row_version: Number(form.elements.row_version.value) };
  for (const name of names) {
    const field = form.elements[name];
    body[name] = field.type === "checkbox" ? field.checked : field.value;
  }
  const said = form.querySelector("[data-draft-said]");
  try {
    const answer = await fetch(form.dataset.draft, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": form.elements.csrfmiddlewaretoken.value },
      body: JSON.stringify(body),
    });
    const found = await answer.json();
    if (!answer.ok) throw new Error(found.problems?.[0]?.detail ?? answer.statusText);
    // Every form of the page acts on the same object: all of them have now seen this version.
    for (const version of document.querySelectorAll("input[name=row_version]")) version.value = found.row_version;
    said.textContent = `${said.dataset.draftSaid} ${new Date().toLocaleTimeString()}`;
  } catch (error) {
    said.textContent = `${said.dataset.draftFailed} ${error.message}`;
  }
}
