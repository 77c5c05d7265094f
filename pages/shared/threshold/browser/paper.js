// The paper's rule beside the default: every K and tau is counted beforehand, so the sliders need no server.

const number = new Intl.NumberFormat("en-US");

export default function ({ data, parentElement }) {
  const root = parentElement;
  const sliders = { agree: root.querySelector("[data-slider=agree]"), tau: root.querySelector("[data-slider=tau]") };
  if (root.runShown !== data.run) {
    root.runShown = data.run;
    sliders.agree.max = data.flagged.length;
    sliders.agree.value = data.agree;
    sliders.tau.value = data.tau;
  }
  const show = () => draw(root, data, Number(sliders.agree.value), Number(sliders.tau.value));
  for (const slider of Object.values(sliders)) slider.oninput = show;
  show();
}

function draw(root, data, agree, tau) {
  const experts = data.flagged.length;
  const flagged = data.flagged[agree - 1][tau], shared = data.shared[agree - 1][tau];
  const [agreeName, tauName] = root.querySelectorAll(".name");
  setText(agreeName, `K: at least ${agree} of ${experts} ${experts === 1 ? "expert agrees" : "experts agree"}`);
  setText(tauName, `tau: each at least ${(tau / 100).toFixed(2)} sure`);
  root.querySelector("[data-slider=agree]").setAttribute("aria-valuetext", agreeName.textContent);
  root.querySelector("[data-slider=tau]").setAttribute("aria-valuetext", tauName.textContent);
  const at = [agree - 1, tau];
  cell(root, "paper", "flags", [number.format(flagged), `${percent(flagged / data.samples)} of the samples`]);
  cell(root, "default", "flags", flagged ? [number.format(flagged), `threshold ${data.thresholds[agree - 1][tau].toFixed(4)}`] : ["–", ""]);
  for (const quantity of ["precision", "detection"]) {
    cell(root, "paper", quantity, estimated(data.paper?.[quantity], at, flagged));
    cell(root, "default", quantity, data.default ? estimated(data.default[quantity], at, flagged) : guessed(data, quantity, at, flagged));
  }
  setText(root.querySelector(".foot"), flagged ? `Flagged by both: ${number.format(shared)} samples, ${percent(shared / flagged)} of them. ${data.words}` : data.words);
}

// An estimate and its interval from tables by K and tau.
function estimated(table, [k, tau], flagged) {
  if (!flagged) return ["–", ""];
  const low = table?.low[k][tau] ?? null;
  if (low === null) return ["not known yet", "", true];
  const range = `${Math.round(low * 100)} to ${Math.round(table.high[k][tau] * 100)} %`;
  const point = table.points[k][tau];
  return point === null ? [range, "too few audit cards", true] : [`${Math.round(point * 100)} %`, range];
}

// The default's guess at the threshold that flags as many, in words.
function guessed({ bands, thresholds }, quantity, [k, tau], flagged) {
  if (!flagged) return ["–", ""];
  const threshold = thresholds[k][tau];
  let at = 0;
  bands.thresholds.forEach((t, i) => {
    if (Math.abs(t - threshold) < Math.abs(bands.thresholds[at] - threshold)) at = i;
  });
  const { low, high } = bands[quantity];
  if ((low[at] ?? null) === null) return ["not known yet", "", true];
  return [`${Math.round(low[at] * 100)} to ${Math.round(high[at] * 100)} %`, "a guess", true];
}

function cell(root, side, name, [value, note, vague = false]) {
  const place = root.querySelector(`[data-side=${side}] [data-cell=${name}]`);
  if (!place.children.length) place.append(...["value", "note"].map((kind) => Object.assign(document.createElement("span"), { className: kind })));
  const [shown, said] = place.children;
  setText(shown, value);
  shown.classList.toggle("vague", vague);
  setText(said, note);
}

function setText(element, words) {
  if (element.textContent !== words) element.textContent = words;
}

function percent(share) {
  return `${(share * 100).toFixed(share > 0 && share < 0.00995 ? 2 : 1)} %`;
}
