/** The plan here and the plan on the server: steps on their way, answers, somebody else's changes. */

import { api } from "../core/api.js";
import { t, words } from "../core/words.js";
import { settleConflict, settleOutdated } from "./conflicts.js";
import { Model } from "./model.js";
import { Outbox } from "./outbox.js";

/**
 * Ways to take what the server has.
 * @param {any} app the workbench
 */
export function sync(app) {
  const { drawing } = app;
  return {
    /** Take the plan as the server has it now. */
    async reload() {
      const [{ body, etag }, fresh] = await Promise.all([
        api("GET", `/plans/${app.id}`),
        api("GET", `/plans/${app.id}/drawing?base=true`),
      ]);
      const numbers = drawing.numbers;
      Object.assign(app.model, new Model(fresh.body));
      drawing.numbers = numbers;
      app.take(body);
      return etag;
    },
    /** Take the plan's own answer to something that changed no cells. */
    take(body) {
      app.plan = body;
      app.refresh();
    },
    /** Ask for something of the plan that is no operation; shows what went wrong. */
    async ask(method, path, body, { free = false } = {}) {
      try {
        const answer = await api(
          method,
          `/plans/${app.id}${path}`,
          body,
          free ? {} : { etag: app.outbox.etag },
        );
        if (answer.etag) app.outbox.etag = answer.etag;
        return answer;
      } catch (problem) {
        if (problem.status === 412) {
          app.outbox.etag = await app.reload();
          app.tell(t("plan.newerLoaded"));
        } else if (problem.body?.type?.endsWith("plan-conflict")) settleOutdated(app, problem.body);
        else app.tell(problem.message, "is-error");
        return null;
      }
    },
    /** Look whether somebody else changed the plan. */
    async poll() {
      if (document.hidden || app.outbox.items.length || app.outbox.busy) return;
      const answer = await api("GET", `/plans/${app.id}`).catch(() => null);
      if (!answer || answer.etag === app.outbox.etag || app.outbox.items.length) return;
      const { state: was, steps } = app.plan;
      if (answer.body.revision === app.plan.revision) app.take(answer.body);
      else await app.reload();
      if (app.plan.state !== was)
        app.tell(t("plan.stateNow", words("plan.states")[app.plan.state]));
      else if (app.plan.steps !== steps) app.tell(t("plan.newerLoaded"));
      app.outbox.etag = answer.etag;
    },
  };
}

/**
 * The steps on their way to the server.
 * @param {any} app the workbench
 */
export function outboxOf(app) {
  const { state, view } = app;
  return new Outbox(app.id, {
    done: (item, delta) => applyDelta(app, item, delta),
    pending() {
      app.showPending();
      app.redraw();
      view.drawNow();
    },
    state(which, waiting) {
      state.set("saving", [which, waiting]);
    },
    refused(_item, problem) {
      app.tell(t("plan.refused", problem.message), "is-error");
      app.redraw();
    },
    conflict: (item, problem) => settleConflict(app, item, problem),
  });
}

/** The server has done a step: take what it says has become of the plan. */
function applyDelta(app, item, delta) {
  const { plan } = app;
  if (item.tried && item.path === "/operations" && !delta.step) {
    // The server had it already: its first answer was lost on the way.
    app.showPending();
    app.reload();
    return;
  }
  app.model.apply(delta);
  app.showPending();
  if (item.path === "/operations/last") plan.undone.unshift(...plan.steps_list.splice(-1));
  else if (item.path === "/operations/redo") plan.steps_list.push(...plan.undone.splice(0, 1));
  else if (delta.step) {
    plan.steps_list.push(delta.step);
    plan.undone = [];
  }
  plan.steps = delta.undo;
  plan.revision = delta.revision;
  for (const part of ["findings", "counts", "impact", "loads"]) plan[part] = delta[part];
  app.state.set(
    "selection",
    app.state.get("selection").filter((one) => app.grid(one)),
  );
  if (app.state.get("target") && !app.grid(app.state.get("target"))) app.state.set("target", null);
  if (app.state.get("job")) app.state.set("job", { ...app.state.get("job"), outdated: true });
  app.refresh();
}
