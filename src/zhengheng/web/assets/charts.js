// Draws each figure from the JSON beside it. The table twin on the page holds the same numbers,
// so nothing is lost where this does not run.
import * as echarts from "echarts/core";
import { CustomChart, LineChart, ScatterChart } from "echarts/charts";
import { GridComponent } from "echarts/components";
import { LabelLayout } from "echarts/features";
import { SVGRenderer } from "echarts/renderers";

echarts.use([CustomChart, LineChart, ScatterChart, GridComponent, LabelLayout, SVGRenderer]);

const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
// Every number of a picture with the minus sign that pages write (domain/numbers.py, `true_minus`), ticks of an axis too.
const signed = (text) => String(text).replace("-", "−");
const tick = (value) => (typeof value === "number" ? signed(value.toLocaleString("en-US", { maximumFractionDigits: 12 })) : value);
const number = (text) => (text === null || text === "" ? null : Number(text));
const label = (extra = {}) => ({ color: token("--ink-2"), fontSize: 14, ...extra });
const axis = (extra = {}) => ({
  axisLine: { lineStyle: { color: token("--rule") } }, axisTick: { show: false },
  splitLine: { lineStyle: { color: token("--rule") } }, axisLabel: label({ hideOverlap: true, formatter: tick }), nameTextStyle: label(), ...extra,
});
const frame = (x, y) => ({
  animation: false, textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
  grid: { left: 12, right: innerWidth < 640 ? 56 : 112, top: 32, bottom: 8, outerBoundsMode: "same" }, xAxis: x, yAxis: y,
});
const named = (text) => ({ show: true, formatter: text, color: token("--ink"), fontSize: 14, lineHeight: 20 });

// Words at the ends of lines never lie on each other.
const apart = { labelLayout: { moveOverlap: "shiftY" } };

// Actual against target and the line from which it is met, over the years, with the range of the group behind.
function history(spec) {
  const low = spec.low.map(number), high = spec.high.map(number);
  const [actual, target, range, met] = spec.names;
  // A line that is the target itself is drawn once.
  const lit = spec.line.map((held, n) => (number(held) === number(spec.target[n]) ? null : number(held)));
  const told = [spec.value, spec.target, spec.line, spec.low, spec.high].flat().filter((v) => v !== null && v !== "");
  // The room below the lowest value does not reach below zero where no value does, and nobody counts in halves.
  const most = Math.max(...told.map(Number)), least = Math.min(...told.map(Number));
  const ends = { ...(least >= 0 && least <= (most - least) * 0.1 ? { min: 0 } : {}), ...(told.some((v) => String(v).includes(".")) ? {} : { minInterval: 1 }) };
  const line = { symbol: "none", lineStyle: { width: 0 }, stack: "range", stackStrategy: "all", silent: true };
  return {
    ...frame(axis({ type: "category", data: spec.x, boundaryGap: true }), axis({ type: "value", name: spec.unit, scale: true, boundaryGap: ["10%", "10%"], ...ends })),
    series: [
      { ...line, type: "line", data: low },
      { ...line, type: "line", data: high.map((v, n) => (v === null || low[n] === null ? null : v - low[n])),
        areaStyle: { color: token("--none"), opacity: 0.18 }, endLabel: { ...named(range), color: token("--ink-2") }, ...apart },
      { type: "line", step: "middle", data: spec.target.map(number), symbol: "none", endLabel: named(lit.every((v) => v === null) && spec.line.some(Boolean) ? `${target} = ${met}` : target), ...apart,
        lineStyle: { color: token("--ink-2"), type: "dashed" } },
      { type: "line", step: "middle", data: lit, symbol: "none", endLabel: named(met), ...apart,
        lineStyle: { color: token("--met"), type: "dotted", width: 2 } },
      { type: "line", data: spec.value.map(number), symbol: "circle", symbolSize: 8, endLabel: named(actual), ...apart,
        lineStyle: { color: token("--brand"), width: 2 }, itemStyle: { color: token("--brand") } },
    ],
  };
}

// A line over the whole height, named near its foot: the dot's own words stand where the curve is high.
const marked = (at, top) => [[at, top], [at, 0], [at, top * 0.1]];

// What each value would earn; the dot is where the unit stands.
function curve(spec) {
  const [value, points] = spec.names;
  const x = spec.x.map(Number), [at] = spec.dot.map(Number), least = Math.min(...x, at), most = Math.max(...x, at);
  // The dot's words stand between the curve and the name of the axis; at the left edge they go to the right.
  const align = at - least < (most - least) * 0.1 ? "left" : "center";
  const held = frame(axis({ type: "value", scale: true, name: value, nameLocation: "end" }), axis({ type: "value", name: points, nameGap: 38 }));
  return {
    ...held,
    grid: { ...held.grid, top: 56 },
    series: [
      // Of a table of steps the points stay as they are up to the next value, and jump there.
      { type: "line", symbol: "none", step: spec.step, data: spec.x.map((v, n) => [Number(v), Number(spec.y[n])]), lineStyle: { color: token("--brand"), width: 2 } },
      { type: "scatter", symbolSize: 12, clip: false, data: [spec.dot.map(Number)], itemStyle: { color: token("--ink") },
        label: { ...named(`${signed(spec.dot[0])} → ${signed(spec.dot[1])}`), position: "top", align } },
      ...spec.marks.map(([name, at], n) => ({ type: "line", symbol: "none", data: marked(Number(at), Math.max(...spec.y.map(Number))), silent: true,
        lineStyle: { color: token(n ? "--met" : "--ink-2"), type: n ? "dotted" : "dashed" }, endLabel: named(`${name} ${signed(at)}`), ...apart })),
    ],
  };
}

// The change from one total to another, effect by effect; zero is where it began. On a narrow screen the bars lie,
// each with its name above it: side by side the names would lie on each other.
function waterfall(spec) {
  let at = 0;
  const bars = spec.steps.map(([name, size]) => {
    const from = at;
    at += Number(size);
    return { name, from, to: at, size, colour: Number(size) > 0 ? "--met" : "--missed" };
  });
  bars.push({ name: spec.together[0], from: 0, to: Number(spec.together[1]), size: spec.together[1], colour: "--brand" });
  const told = (bar) => (Number(bar.size) > 0 ? `+${bar.size}` : signed(bar.size));
  if (innerWidth < 480) return lying(spec, bars, told);
  return {
    ...frame(axis({ type: "category", data: bars.map((bar) => bar.name), axisLabel: label({ interval: 0, width: 90, overflow: "break" }) }),
             axis({ type: "value", name: spec.unit })),
    series: [{
      type: "custom", encode: { x: 0, y: [1, 2] }, data: bars.map((bar, n) => [n, bar.from, bar.to]),
      renderItem: (_, api) => {
        const bar = bars[api.value(0)], half = Math.min(api.size([1, 0])[0] * 0.6, 48) / 2;
        const [x, y] = api.coord([api.value(0), bar.to]), [, base] = api.coord([api.value(0), bar.from]);
        const top = Math.min(y, base);
        return { type: "group", children: [
          { type: "rect", shape: { x: x - half, y: top, width: 2 * half, height: Math.max(Math.abs(y - base), 1) }, style: { fill: token(bar.colour) } },
          { type: "text", x, y: top - 6, style: { text: told(bar), fill: token("--ink"), fontSize: 14, align: "center", verticalAlign: "bottom" } },
        ] };
      },
    }],
  };
}

function lying(spec, bars, told) {
  const ink = { fill: token("--ink"), fontSize: 14 };
  return {
    ...frame(axis({ type: "value", name: spec.unit, splitNumber: 3 }), axis({ type: "category", inverse: true, data: bars.map((bar) => bar.name), axisLabel: { show: false } })),
    grid: { left: 12, right: 48, top: 8, bottom: 8, outerBoundsMode: "same" },
    series: [{
      type: "custom", encode: { x: [1, 2], y: 0 }, data: bars.map((bar, n) => [n, bar.from, bar.to]),
      renderItem: (params, api) => {
        const bar = bars[api.value(0)];
        const [x, y] = api.coord([bar.to, api.value(0)]), [base] = api.coord([bar.from, api.value(0)]);
        return { type: "group", children: [
          { type: "rect", shape: { x: Math.min(x, base), y: y + 2, width: Math.max(Math.abs(x - base), 1), height: 12 }, style: { fill: token(bar.colour) } },
          { type: "text", x: params.coordSys.x + 4, y: y - 1, style: { ...ink, text: `${bar.name} ${told(bar)}`, verticalAlign: "bottom" } },
        ] };
      },
    }],
  };
}

const kinds = { history, curve, waterfall };
for (const figure of document.querySelectorAll("figure[data-chart]")) {
  const spec = JSON.parse(document.getElementById(figure.dataset.chart).textContent);
  const canvas = figure.querySelector(".canvas");
  const chart = echarts.init(canvas, null, { renderer: "svg" });
  const draw = () => {
    chart.setOption(kinds[spec.kind](spec), true);
    whole();
  };
  // Without a viewBox paper narrower than the window would cut the picture off; with one it shrinks (habits.css).
  const whole = () => {
    const svg = canvas.querySelector("svg");
    if (svg) svg.setAttribute("viewBox", `0 0 ${chart.getWidth()} ${chart.getHeight()}`);
  };
  draw();
  // The system may turn dark while the page is open, and paper is light.
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  // Not on paper: there the canvas takes its height from the picture.
  new ResizeObserver(() => {
    if (matchMedia("print").matches) return;
    chart.resize();
    draw();
  }).observe(canvas);
  const save = figure.querySelector("[data-save]");
  save.hidden = false;
  save.addEventListener("click", () => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([chart.renderToSVGString()], { type: "image/svg+xml" }));
    link.download = `${figure.dataset.chart}.svg`;
    link.click();
  });
}
