/** What a browser is shown where its person may not go: change the one-time password, or ask. */

import { el } from "../core/dom.js";
import { shell } from "../core/shell.js";
import { t } from "../core/words.js";

const { main, session } = await shell({ title: t("account.refused"), width: "narrow" });
if (session.must_change_password) {
  location.replace(`/account?next=${encodeURIComponent(location.pathname + location.search)}`);
} else {
  main.append(
    el(
      "section",
      { class: "card" },
      el("p", {}, t("account.refusedWhy", session.role_title)),
      el("p", {}, el("a", { class: "tool", href: "/desk" }, t("account.toDesk"))),
    ),
  );
}
