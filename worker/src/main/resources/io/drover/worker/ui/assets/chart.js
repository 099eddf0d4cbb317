// Devices over time beside the limit that binds them. The canvas is for eyes; the table under it says the same to everybody.
import { LitElement, html, nothing } from "lit";
import uPlot from "uplot";
import { clockTime, count, rate, shortTime } from "./format.js";

const HEIGHT = 220;
const ROWS = 30;
const FINE_SECONDS = 600;

class ThroughputChart extends LitElement {
  static properties = { data: { attribute: false }, limit: { attribute: false } };

  createRenderRoot() {
    return this;
  }

  connectedCallback() {
    super.connectedCallback();
    this.repaint = () => { this.forget(); this.draw(); };
    window.addEventListener("drover-theme", this.repaint);
    this.resized = new ResizeObserver(() => this.plot?.setSize({ width: this.width, height: HEIGHT }));
    this.resized.observe(this);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    window.removeEventListener("drover-theme", this.repaint);
    this.resized.disconnect();
    this.forget();
  }

  forget() {
    this.plot?.destroy();
    this.plot = null;
  }

  get width() {
    return Math.max(200, this.querySelector(".plot")?.clientWidth ?? 0);
  }

  updated() {
    this.draw();
  }

  draw() {
    const place = this.querySelector(".plot");
    const points = this.data?.points ?? [];
    if (!place || points.length < 2) {
      this.forget();
      return;
    }
    const seconds = this.data.seconds || 1;
    const limit = this.limit ?? this.data.limitPerSecond;
    const series = [
      points.map(point => Date.parse(point.at) / 1000),
      points.map(point => point.arrived / seconds),
      points.map(point => point.failed / seconds),
      points.map(() => limit ?? null),
    ];
    if (this.plot) this.plot.setData(series);
    else this.plot = new uPlot(this.options(), series, place);
  }

  options() {
    const colour = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
    const axis = {
      stroke: colour("--drover-muted"), grid: { stroke: colour("--drover-line"), width: 1 }, ticks: { stroke: colour("--drover-line"), width: 1 },
      font: "12px system-ui, sans-serif",
    };
    return {
      width: this.width, height: HEIGHT, legend: { show: false }, cursor: { drag: { x: false, y: false }, points: { size: 6 } },
      scales: { y: { range: (plot, low, high) => [0, Math.max(high * 1.1, 1e-6)] } },
      axes: [{ ...axis, values: (plot, values) => values.map(value => shortTime(new Date(value * 1000), plot.scales.x.max - plot.scales.x.min < FINE_SECONDS)) }, { ...axis, size: 56, values: (plot, values) => values.map(value => rate(value)) }],
      series: [
        {},
        { label: "Arrived", stroke: colour("--drover-good"), width: 2, fill: colour("--drover-good-soft"), points: { show: false } },
        { label: "Failed", stroke: colour("--drover-bad"), width: 2, dash: [2, 3], points: { show: false } },
        { label: "Limit", stroke: colour("--drover-muted"), width: 1.5, dash: [8, 4], points: { show: false } },
      ],
    };
  }

  render() {
    const points = this.data?.points ?? [];
    const limit = this.limit ?? this.data?.limitPerSecond;
    if (points.length < 2) return html`<div class="plot plot-empty">Arrivals over time show here once devices have arrived.</div>`;
    const seconds = this.data.seconds || 1;
    return html`<figure>
      <div class="plot" aria-hidden="true"></div>
      <figcaption>
        <span class="key key-good">Arrived</span><span class="key key-bad">Failed</span>
        ${limit ? html`<span class="key key-limit">Binding limit ${rate(limit)}</span>` : nothing}
      </figcaption></figure>
      <details><summary>Show as a table</summary>
        <div class="table-box" tabindex="0" role="region" aria-label="Arrivals over time">
        <table class="table table-sm"><caption>The latest ${Math.min(points.length, ROWS)} of ${points.length} points, ${count(seconds)} s each${
          limit ? `; the binding limit bears ${rate(limit)}` : ""}</caption>
          <thead><tr><th scope="col">Time</th><th scope="col" class="number">Arrived</th><th scope="col" class="number">Failed</th></tr></thead>
          <tbody>${points.slice(-ROWS).reverse().map(point => html`
            <tr><th scope="row">${clockTime(new Date(point.at))}</th><td class="number">${count(point.arrived)}</td><td class="number">${count(point.failed)}</td></tr>`)}</tbody>
        </table></div></details>`;
  }
}
customElements.define("drover-throughput", ThroughputChart);
