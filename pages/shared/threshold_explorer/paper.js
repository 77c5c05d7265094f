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
  const share = percent(flagged / data.samples);
  side(root, "paper", number.format(flagged), `samples, ${share}; no estimate is made for this rule`);
  const threshold = data.thresholds[agree - 1][tau];
  side(root, "default", flagged ? threshold.toFixed(4) : "–", flagged ? `threshold; precision: ${precision(data.bands, threshold)}` : "nothing to compare");
  side(root, "shared", flagged ? percent(shared / flagged) : "–", flagged ? `${number.format(shared)} samples` : "nothing to compare");
}

// The default's precision at a threshold, in words: estimate with its interval, a range where it is a guess.
function precision(bands, threshold) {
  let at = 0;
  bands.thresholds.forEach((t, i) => {
    if (Math.abs(t - threshold) < Math.abs(bands.thresholds[at] - threshold)) at = i;
  });
  const { low, high, points } = bands.precision;
  if (low[at] === null) return "not known yet";
  const range = `${Math.round(low[at] * 100)} to ${Math.round(high[at] * 100)} %`;
  const point = points[at] ?? null;
  return bands.guess || point === null ? `${range}, a guess` : `${Math.round(point * 100)} % (${range})`;
}

function side(root, name, value, note) {
  setText(root.querySelector(`[data-figure=${name}]`), value);
  setText(root.querySelector(`[data-note=${name}]`), note);
}

function setText(element, words) {
  if (element.textContent !== words) element.textContent = words;
}

function percent(share) {
  return `${(share * 100).toFixed(share > 0 && share < 0.00995 ? 2 : 1)} %`;
}
