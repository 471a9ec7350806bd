// A page without a browser, for React to draw on. In a browser there is one.
import { Window } from 'happy-dom';

const window = new Window();
window.document.body.innerHTML = '<div id="root"></div>';
for (const name of ['document', 'navigator']) {
  Object.defineProperty(globalThis, name, { value: window[name], configurable: true });
}
globalThis.window = window;
