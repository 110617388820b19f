/** What a browser is shown where its person may not go: change the one-time password, or ask. */

import { el, shell } from "../core/shell.js";
import { title, word } from "./account-words.js";

const { main, session } = await shell({ title: title("refused"), width: "narrow" });
if (session.must_change_password) {
  location.replace(`/account?next=${encodeURIComponent(location.pathname + location.search)}`);
} else {
  main.append(
    el(
      "section",
      { class: "card" },
      el("p", {}, word("refusedWhy", session.role_title)),
      el("p", {}, el("a", { class: "tool", href: "/desk" }, word("toDesk"))),
    ),
  );
}
