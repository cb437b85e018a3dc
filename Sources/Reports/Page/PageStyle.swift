/// The style sheet of a page; colours are the variables of ``Chart/styleSheet``.
enum PageStyle {
  static let rules = """
    *{box-sizing:border-box}
    html{-webkit-text-size-adjust:100%}
    body{margin:0 auto;padding:1.5rem 1rem 4rem;max-width:52rem;background:var(--paper);\
    color:var(--ink);font:1rem/1.55 \(ChartStyle.fonts);overflow-wrap:break-word}
    h1{font-size:1.9rem;line-height:1.2;margin:.5rem 0 .25rem}
    h2{font-size:1.35rem;line-height:1.3;margin:2.75rem 0 .75rem;padding-top:.75rem;\
    border-top:1px solid var(--grid)}
    h3{font-size:1.05rem;line-height:1.35;margin:0 0 .5rem}
    p{margin:.6rem 0}
    a{color:var(--c1)}
    a:focus-visible,summary:focus-visible,[tabindex]:focus-visible{outline:2px solid var(--c1);\
    outline-offset:2px}
    .subtitle{color:var(--muted);margin-top:0;font-size:1.1rem}
    .summary{margin:1.25rem 0;padding:.75rem 1rem .75rem 2rem;border-left:4px solid var(--c1);\
    background:color-mix(in srgb,var(--c1) 7%,transparent)}
    .summary li{margin:.2rem 0}
    nav ol{margin:1rem 0;padding-left:1.75rem;columns:2;column-gap:2rem}
    nav li{break-inside:avoid}
    .numbers{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));gap:.75rem;\
    margin:1rem 0}
    .numbers div{border:1px solid var(--grid);border-radius:6px;padding:.6rem .8rem;min-width:0}
    .numbers dt{color:var(--muted);font-size:.875rem;line-height:1.3}
    .numbers dd{margin:.15rem 0 0}
    .numbers b{display:block;font-size:1.45rem;line-height:1.25;font-weight:600}
    .numbers span{color:var(--muted);font-size:.875rem}
    .warning{border-left:4px solid var(--c2);padding:.5rem .9rem;\
    background:color-mix(in srgb,var(--c2) 9%,transparent)}
    .origin{color:var(--muted);font-size:.875rem;margin:.25rem 0 0}
    .formula{font-family:"STIX Two Text","Latin Modern Roman",Cambria,Georgia,"Times New Roman",\
    serif;font-size:1.06em}
    .formula sup,.formula sub{font-size:.72em;line-height:0}
    .formula sup sup,.formula sub sub,.formula sup sub{font-size:.85em}
    .formula.display{font-size:1.25rem;line-height:1.9;margin:.8rem 0;padding-left:1.5rem}
    \(scrolling)
    details.more .scroll{max-width:100%}
    table{border-collapse:collapse;min-width:60%;font-size:.925rem;overflow-wrap:normal}
    caption{text-align:left;font-weight:600;padding-bottom:.4rem}
    th,td{padding:.32rem .7rem;text-align:left;vertical-align:top}
    th:first-child,td:first-child{padding-left:.2rem}
    thead th{border-bottom:2px solid var(--axis)}
    tbody tr{border-bottom:1px solid var(--grid)}
    td{max-width:32rem}
    .number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
    .gap,thead .number{white-space:normal}
    thead span{display:inline-block;max-width:10.5rem}
    .chosen td{font-weight:650}
    .note{color:var(--muted);font-size:.875rem;margin:.3rem 0}
    figure{margin:1.75rem 0 2.25rem}
    figcaption p:first-child{margin-top:.5rem}
    .chart.narrow{display:none;max-width:32rem}
    details{margin:.5rem 0}
    summary{cursor:pointer}
    details.data{color:var(--muted);font-size:.875rem}
    details.more{border:1px solid var(--grid);border-radius:6px;padding:.6rem .9rem}
    pre{max-height:16rem;overflow:auto;padding:.6rem;border:1px solid var(--grid);\
    border-radius:6px;font-size:.8rem;line-height:1.4;color:var(--ink)}
    footer{margin-top:3rem;padding-top:.75rem;border-top:1px solid var(--grid);\
    color:var(--muted);font-size:.875rem}
    @media (max-width:45rem){.chart.wide{display:none}.chart.narrow{display:block}\
    nav ol{columns:1}h1{font-size:1.55rem}}
    @media print{body{max-width:none;padding:0;font-size:10.5pt}\
    .chart.wide{display:block}.chart.narrow{display:none}\
    nav,details.data{display:none}\
    details.more{border:0;padding:0}details.more>summary{list-style:none;font-weight:600}\
    details.more::details-content{content-visibility:visible;block-size:auto}\
    figure,table,.numbers,.warning{break-inside:avoid}h2,h3{break-after:avoid}\
    .scroll{overflow:visible;width:auto;max-width:none;background:none}a{color:inherit;text-decoration:none}}
    """

  /// A table wider than the text reaches as far to the right as the window lets it, and beyond that
  /// scrolls; a shadow at an edge says that there is more. The lids that hide the shadows move with
  /// the table; shadows begin a pixel inside, for an edge between two pixels would show through.
  private static let scrolling = """
    .scroll{overflow-x:auto;margin:1rem 0 .5rem;width:max-content;min-width:100%;\
    max-width:min(100vw - 2rem,max(100%,50vw + 24rem));\
    background:linear-gradient(to right,var(--paper) 40%,transparent) 0 0/3rem 100% no-repeat local,\
    linear-gradient(to left,var(--paper) 40%,transparent) 100% 0/3rem 100% no-repeat local,\
    linear-gradient(to right,var(--shade),transparent) 1px 0/1rem 100% no-repeat scroll,\
    linear-gradient(to left,var(--shade),transparent) calc(100% - 1px) 0/1rem 100% no-repeat scroll}
    """
}
