/* <look-again every="SECONDS">: fetches this page and puts in how far it is; when it has ended, the page is read anew. */
class LookAgain extends HTMLElement {
  connectedCallback() {
    this.timer = setTimeout(() => this.look(), Number(this.getAttribute("every") || 2) * 1000);
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
  }

  async look() {
    try {
      const answer = await fetch(location.href, { headers: { accept: "text/html" } });
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      const here = fresh.querySelector("look-again");
      if (here) this.replaceWith(document.importNode(here, true));
      else location.reload();
    } catch {
      this.connectedCallback();
    }
  }
}
customElements.define("look-again", LookAgain);
