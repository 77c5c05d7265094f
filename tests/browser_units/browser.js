// As much of a browser as the tested modules touch.

/** A Storage: what it keeps stands among its own keys. */
export function newStorage() {
  const storage = {};
  const methods = {
    getItem: (key) => storage[key] ?? null,
    setItem: (key, value) => {
      storage[key] = String(value);
    },
    removeItem: (key) => {
      delete storage[key];
    },
  };
  for (const [name, value] of Object.entries(methods)) Object.defineProperty(storage, name, { value, writable: true });
  return storage;
}

/** Addresses of the pictures that were asked for. */
export const fetched = [];

class FakeImage {
  set src(url) {
    fetched.push(url);
  }
  addEventListener() {}
  async decode() {}
}

const listeners = new Map();

export function setUp() {
  fetched.length = 0;
  listeners.clear();
  globalThis.localStorage = newStorage();
  globalThis.sessionStorage = newStorage();
  globalThis.Image = FakeImage;
  globalThis.addEventListener = (name, listener) => listeners.set(name, listener);
  globalThis.removeEventListener = (name) => listeners.delete(name);
}

/** Tells the page that something happened; whether it wanted to keep it from happening. */
export function happens(name) {
  let prevented = false;
  listeners.get(name)?.({
    preventDefault: () => {
      prevented = true;
    },
  });
  return prevented;
}

/** Lets everything happen that waits for nothing but its turn. */
export function settled() {
  return new Promise((resolve) => setImmediate(resolve));
}
