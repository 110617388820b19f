/** A field for a password, with a switch that shows what is typed. */

import { el } from "../core/dom.js";
import { field } from "../core/shell.js";
import { t } from "../core/words.js";

/**
 * @param {string} label
 * @param {"current-password"|"new-password"} autocomplete
 * @param {string} [hint]
 */
export function passwordField(label, autocomplete, hint = "") {
  const input = el("input", { type: "password", autocomplete, required: true, maxlength: 200 });
  const made = field(label, input, hint);
  const shown = el("input", {
    type: "checkbox",
    onchange: () => {
      input.type = shown.checked ? "text" : "password";
    },
  });
  made.node.append(el("label", { class: "check small quiet" }, shown, t("account.show")));
  return made;
}
