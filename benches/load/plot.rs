//! Charts as SVG: lines over a logarithmic axis, readable on light and on dark ground.

use std::{fmt::Write, fs, path::Path};

use super::server::Outcome;

/// A line with its points, in order from left to right.
#[derive(Clone)]
pub(crate) struct Line {
    pub(crate) name: &'static str,
    pub(crate) points: Vec<(f64, f64)>,
}

pub(crate) struct Chart<'c> {
    pub(crate) title: &'c str,
    /// What is counted along the bottom.
    pub(crate) below: &'c str,
    pub(crate) lines: &'c [Line],
}

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 400.0;
/// The ground between the axes.
const LEFT: f64 = 72.0;
const RIGHT: f64 = 600.0;
const TOP: f64 = 56.0;
const BOTTOM: f64 = 340.0;

/// The colours of the lines, told apart also by who sees few colours.
const STYLE: &str = "
  text { font: 13px system-ui, -apple-system, 'Segoe UI', sans-serif; fill: #3a3f47 }
  .title { font-size: 16px; font-weight: 600; fill: #16191d }
  .grid { stroke: #d9dde3; stroke-width: 1 }
  .axis { stroke: #8a929e; stroke-width: 1 }
  polyline { fill: none; stroke-width: 2.5; stroke-linejoin: round }
  .l0 { stroke: #0b62c4 } .l1 { stroke: #c2540a } .l2 { stroke: #15803d }
  circle.l0 { fill: #0b62c4 } circle.l1 { fill: #c2540a } circle.l2 { fill: #15803d }
  text.l0, text.l1, text.l2 { stroke: none; font-weight: 600 }
  text.l0 { fill: #0b62c4 } text.l1 { fill: #c2540a } text.l2 { fill: #15803d }
  @media (prefers-color-scheme: dark) {
    text { fill: #b9c0ca } .title { fill: #f0f2f5 }
    .grid { stroke: #343a43 } .axis { stroke: #747d8a }
    .l0 { stroke: #6cb2ff } .l1 { stroke: #ffa25c } .l2 { stroke: #5fd38a }
    circle.l0, text.l0 { fill: #6cb2ff } circle.l1, text.l1 { fill: #ffa25c }
    circle.l2, text.l2 { fill: #5fd38a }
  }
";

impl Chart<'_> {
    pub(crate) fn write(&self, path: &Path) -> Outcome<()> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(path, self.draw()?).map_err(|error| format!("{}: {error}", path.display()).into())
    }

    fn draw(&self) -> Outcome<String> {
        let all = || self.lines.iter().flat_map(|line| line.points.iter().copied());
        let (first, last) =
            all().fold((f64::MAX, f64::MIN), |(low, high), (x, _)| (low.min(x), high.max(x)));
        let highest = all().fold(1.0_f64, |high, (_, y)| high.max(y));
        let step = round_step(highest / 5.0);
        let top = (highest / step).ceil() * step;
        let span = (last / first).ln().max(f64::MIN_POSITIVE);
        let across = |x: f64| LEFT + (RIGHT - LEFT - 24.0) * (x / first).ln() / span + 12.0;
        let up = |y: f64| BOTTOM - (BOTTOM - TOP) * y / top;

        let mut svg = String::new();
        writeln!(
            svg,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" \
             width=\"{WIDTH}\" height=\"{HEIGHT}\" role=\"img\">\n<title>{}</title>\n\
             <style>{STYLE}</style>\n<text class=\"title\" x=\"{LEFT}\" y=\"28\">{}</text>",
            self.title, self.title
        )?;
        let mut y = 0.0;
        while y <= top + step / 2.0 {
            let (class, at) = (if y == 0.0 { "axis" } else { "grid" }, up(y));
            writeln!(
                svg,
                "<line class=\"{class}\" x1=\"{LEFT}\" x2=\"{RIGHT}\" y1=\"{at:.1}\" y2=\"{at:.1}\"/>\
                 <text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
                LEFT - 8.0,
                at + 4.5,
                grouped(y)
            )?;
            y += step;
        }
        let mut marks: Vec<f64> = all().map(|(x, _)| x).collect();
        marks.sort_unstable_by(f64::total_cmp);
        marks.dedup();
        for x in marks {
            let at = across(x);
            writeln!(
                svg,
                "<line class=\"axis\" x1=\"{at:.1}\" x2=\"{at:.1}\" y1=\"{BOTTOM}\" y2=\"{}\"/>\
                 <text x=\"{at:.1}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
                BOTTOM + 5.0,
                BOTTOM + 22.0,
                grouped(x)
            )?;
        }
        writeln!(
            svg,
            "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
            f64::midpoint(LEFT, RIGHT),
            BOTTOM + 46.0,
            self.below
        )?;
        for (index, (line, label)) in self.lines.iter().zip(self.labels(up)).enumerate() {
            let points: Vec<_> = line
                .points
                .iter()
                .map(|(x, y)| format!("{:.1},{:.1}", across(*x), up(*y)))
                .collect();
            writeln!(svg, "<polyline class=\"l{index}\" points=\"{}\"/>", points.join(" "))?;
            for (x, y) in &line.points {
                let (x, at) = (across(*x), up(*y));
                writeln!(
                    svg,
                    "<circle class=\"l{index}\" cx=\"{x:.1}\" cy=\"{at:.1}\" r=\"4\"><title>{}/s</title></circle>",
                    grouped(*y)
                )?;
            }
            let end = line.points.last().map_or(0.0, |(_, y)| *y);
            writeln!(
                svg,
                "<text class=\"l{index}\" x=\"{}\" y=\"{label:.1}\">{} {}/s</text>",
                RIGHT + 4.0,
                line.name,
                grouped(end)
            )?;
        }
        svg.push_str("</svg>\n");
        Ok(svg)
    }

    /// Where the names of the lines stand: beside their ends, none over another.
    fn labels(&self, up: impl Fn(f64) -> f64) -> Vec<f64> {
        let end = |line: &Line| line.points.last().map_or(0.0, |(_, y)| up(*y) + 4.5);
        let mut order: Vec<_> = self.lines.iter().map(end).enumerate().collect();
        order.sort_unstable_by(|(_, a), (_, b)| b.total_cmp(a));
        let (mut labels, mut lowest) = (vec![0.0; order.len()], f64::MAX);
        for (index, at) in order {
            lowest = at.min(lowest - 17.0);
            labels[index] = lowest;
        }
        labels
    }
}

/// 1, 2 or 5 with zeros, at least as much.
fn round_step(least: f64) -> f64 {
    let ten = 10_f64.powf(least.log10().floor());
    [1.0, 2.0, 5.0, 10.0].into_iter().map(|n| n * ten).find(|n| *n >= least).unwrap_or(least)
}

/// A whole number with its thousands apart.
fn grouped(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
