/* <live-form>: while somebody types, sends its form as a look and puts in what came back for [data-live].
   A changed select can change which fields there are, so then the whole form is put in;
   what was typed while it was on its way goes there first. Saving is left alone. */
class LiveForm extends HTMLElement {
  connectedCallback() {
    this.addEventListener("input", () => {
      this.typed = (this.typed ?? 0) + 1;
      this.later(400, false);
    });
    this.addEventListener("change", (event) => {
      if (event.target.matches("select")) this.later(0, true);
    });
    this.addEventListener("submit", (event) => {
      const order = event.submitter?.value ?? "look";
      if (order === "save") return;
      event.preventDefault();
      this.look(true, order);
    });
  }

  later(wait, whole) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.look(whole, "look"), wait);
  }

  async look(whole, order) {
    clearTimeout(this.timer);
    const form = this.querySelector("form");
    const sent = new URLSearchParams(new FormData(form));
    sent.set("do", order);
    const turn = (this.turn = (this.turn ?? 0) + 1);
    const typed = this.typed;
    const focused = document.activeElement?.name ?? "";
    const answer = await fetch(form.action, { method: "POST", body: sent });
    if (whole && typed !== this.typed) return this.look(true, order);
    if (turn !== this.turn) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of whole ? ["form", "[data-live]"] : ["[data-live]"]) {
      const made = fresh.querySelector(`live-form ${part}`);
      if (made) this.querySelector(part).replaceWith(document.importNode(made, true));
    }
    if (whole && focused) this.querySelector(`[name="${CSS.escape(focused)}"]:not([type=hidden])`)?.focus();
  }
}
customElements.define("live-form", LiveForm);
