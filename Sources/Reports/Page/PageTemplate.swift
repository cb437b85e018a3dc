import Mustache

/// The HTML of a page. Values arrive escaped (see `PageContent`), hence the triple braces.
enum PageTemplate {
  static let page = compiled(
    """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="generator" content="Allometry">
    <title>{{{title}}}</title>
    <style>
    {{{style}}}
    </style>
    </head>
    <body>
    <header>
    <h1>{{{title}}}</h1>
    {{#subtitle}}<p class="subtitle">{{{subtitle}}}</p>{{/subtitle}}
    {{#origin}}<p class="origin">{{{origin}}}</p>{{/origin}}
    </header>
    <main>
    {{#hasSummary}}
    <ul class="summary">
    {{#summary}}<li>{{{line}}}</li>
    {{/summary}}
    </ul>
    {{/hasSummary}}
    {{#hasContents}}
    <nav aria-label="Contents">
    <ol>
    {{#sections}}<li><a href="#{{{id}}}">{{{heading}}}</a></li>
    {{/sections}}
    </ol>
    </nav>
    {{/hasContents}}
    {{#sections}}
    <section id="{{{id}}}">
    <h2>{{{heading}}}</h2>
    {{#blocks}}{{> block}}{{/blocks}}
    </section>
    {{/sections}}
    </main>
    {{#footer}}<footer>{{{footer}}}</footer>{{/footer}}
    </body>
    </html>

    """)

  /// One block; refers to itself for the blocks behind a line that opens them.
  private static let block = compiled(
    """
    {{#paragraph}}<p>{{{text}}}</p>{{/paragraph}}
    {{#formula}}<p class="formula display">{{{text}}}</p>{{/formula}}
    {{#warning}}<p class="warning" role="note"><strong>Caution:</strong> {{{text}}}</p>{{/warning}}
    {{#keyNumbers}}<dl class="numbers">
    {{#items}}<div><dt>{{{label}}}</dt><dd><b>{{{value}}}</b>
    {{#interval}}<span>{{{interval}}}</span>{{/interval}}</dd></div>
    {{/items}}
    </dl>{{/keyNumbers}}
    {{#table}}<div class="scroll" tabindex="0"><table>
    {{#caption}}<caption>{{{caption}}}</caption>{{/caption}}
    <thead><tr>{{#headings}}<th scope="col" class="{{{style}}}"><span>{{{text}}}</span></th>{{/headings}}</tr></thead>
    <tbody>
    {{#rows}}<tr{{#isEmphasized}} class="chosen"{{/isEmphasized}}>\
    {{#cells}}<td class="{{{style}}}">{{{text}}}</td>{{/cells}}</tr>
    {{/rows}}
    </tbody></table></div>
    {{#note}}<p class="note">{{{note}}}</p>{{/note}}{{/table}}
    {{#figure}}<figure id="{{{id}}}">
    <h3>{{{heading}}}</h3>
    {{{wide}}}
    {{{narrow}}}
    <figcaption>
    {{#caption}}<p>{{{caption}}}</p>{{/caption}}
    {{#method}}<p class="note">Method: {{{method}}}</p>{{/method}}
    </figcaption>
    <details class="data"><summary>Data ({{{note}}})</summary>
    <p><a download="{{{file}}}" href="{{{link}}}">Download {{{file}}}</a></p>
    <pre tabindex="0">{{{csv}}}</pre></details>
    </figure>{{/figure}}
    {{#details}}<details class="more"><summary>{{{line}}}</summary>
    {{#blocks}}{{> block}}{{/blocks}}
    </details>{{/details}}
    {{#attachment}}<details class="data"><summary>{{{line}}}</summary>
    <p><a download="{{{file}}}" href="{{{link}}}">Download {{{file}}}</a></p>
    <pre tabindex="0">{{{text}}}</pre></details>{{/attachment}}

    """)

  static let library = MustacheLibrary(templates: ["block": block])

  private static func compiled(_ text: String) -> MustacheTemplate {
    do {
      return try MustacheTemplate(string: text)
    } catch {
      // The text is a constant above: only an edit of this file can break it.
      preconditionFailure("page template: \(error)")
    }
  }
}
