/// The style sheet of charts. Colours are variables; a theme is a set of values for them.
///
/// Series colours start from the palette of Okabe and Ito (2008), darkened for light paper until
/// each has a contrast of at least 3.8 to 1 and can carry words, lightened for dark paper.
enum ChartStyle {
  static let light = """
    --paper:#fff;--shade:#1c212738;--ink:#1c2127;--muted:#5f6b7a;--grid:#e6e9ed;--axis:#9aa4b0;\
    --c1:#0072b2;--c2:#c04a00;--c3:#007d5c;--c4:#a9447f;--c5:#8a6b00;--c6:#1a7fc2;--c7:#7a3e1d;\
    --c8:#5b6470;--r0:#440154;--r1:#46307e;--r2:#3d4d8a;--r3:#32688e;--r4:#277f8e;--r5:#1f9089;\
    --r6:#2a9d6f;--r7:#4f9a35;--r8:#7f9200
    """

  static let dark = """
    --paper:#14181d;--shade:#e7ebf030;--ink:#e7ebf0;--muted:#a3afbd;--grid:#2a323b;--axis:#66727f;\
    --c1:#56b4e9;--c2:#f28e4b;--c3:#2cc295;--c4:#e08cbb;--c5:#f0d34a;--c6:#9ad1f5;--c7:#d2a58a;\
    --c8:#a7b0bc;--r0:#8a86e0;--r1:#6f8fe0;--r2:#5a9cd8;--r3:#45a9cb;--r4:#36b6bb;--r5:#35bfa0;\
    --r6:#55cd7f;--r7:#9ad94a;--r8:#fde725
    """

  /// Rules shared by pages and files; every selector is below `.chart`.
  static let rules: String = {
    let series = (1...8).map { ".chart .s\($0){color:var(--c\($0))}" }
    let ramp = (0...8).map { ".chart .r\($0){color:var(--r\($0))}" }
    return """
      .chart{display:block;max-width:100%;height:auto;font-family:\(fonts)}
      \(series.joined())
      \(ramp.joined())
      .chart .ink{color:var(--ink)}.chart .muted{color:var(--muted)}
      .chart text{fill:var(--ink)}
      .chart text.tick{fill:var(--muted)}
      .chart text.name,.chart text.key{fill:var(--ink)}
      .chart text.head{font-size:1.1em;font-weight:600}
      .chart text.series{fill:currentColor}
      .chart text.halo{fill:currentColor;paint-order:stroke;stroke:var(--paper);stroke-width:4px;\
      stroke-linejoin:round}
      .chart text.onheat{fill:var(--paper)}
      .chart path{fill:none}
      .chart .paper{fill:var(--paper)}
      .chart .grid{stroke:var(--grid)}
      .chart .mark{stroke:var(--axis)}
      .chart .dot{fill:currentColor;stroke:var(--paper);stroke-width:.8px}
      .chart .hollow{fill:var(--paper);stroke:currentColor;stroke-width:1.8px}
      .chart .dots{stroke:currentColor;stroke-linecap:round;stroke-opacity:.6}
      .chart .error{stroke:currentColor;stroke-width:1.2px;stroke-opacity:.75}
      .chart .line{stroke:currentColor;stroke-linejoin:round;stroke-linecap:round}
      .chart .line:not([stroke-width]){stroke-width:2px}
      .chart .contour{stroke:currentColor;stroke-width:1.2px;stroke-linejoin:round}
      .chart .rule{stroke:currentColor;stroke-width:1.3px}
      .chart .dash{stroke-dasharray:6 5;stroke-linecap:butt}
      .chart .leader{stroke:currentColor;stroke-opacity:.6}
      .chart .band{fill:currentColor;fill-opacity:.18}
      .chart path.bar{fill:currentColor;fill-opacity:.8}
      .chart .whisker{stroke:var(--ink);stroke-width:1.4px}
      .chart path.heat{fill:var(--c1)}.chart path.heat.below{fill:var(--c2)}
      """
  }()

  static let fonts =
    "system-ui,-apple-system,\"Segoe UI\",Roboto,\"Helvetica Neue\",Arial,sans-serif"

  /// Variables on the root of a page, then the rules.
  static let page = """
    :root{color-scheme:light dark;\(light)}
    @media (prefers-color-scheme:dark){:root{\(dark)}}
    @media print{:root{color-scheme:light;\(light)}}
    \(rules)
    """

  /// The same for a file of its own; the variables belong to the drawing.
  static let standalone = """
    .chart{\(light)}
    @media (prefers-color-scheme:dark){.chart{\(dark)}}
    @media print{.chart{\(light)}}
    \(rules)
    """
}
