import Foundation

/// One page that needs nothing else, for a browser without a network, light or dark, on a wide screen or a phone.
struct HTMLPage {
  var title: String
  /// Headline and what stands directly below it, as HTML.
  var header: String
  /// Sections, as HTML.
  var body: String
  var footer: String

  var text: String {
    """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>\(Self.escaped(title))</title>
    <style>\(Self.style)</style>
    </head>
    <body>
    <main>
    <header>
    \(header)
    </header>
    \(body)
    <footer>\(Self.escaped(footer))</footer>
    </main>
    </body>
    </html>

    """
  }

  static func escaped(_ text: String) -> String {
    text.replacingOccurrences(of: "&", with: "&amp;").replacingOccurrences(of: "<", with: "&lt;")
      .replacingOccurrences(of: ">", with: "&gt;").replacingOccurrences(of: "\"", with: "&quot;")
  }

  private static let style = """
    :root{color-scheme:light dark;--page:#fff;--text:#1b1d22;--soft:#5a606b;--line:#dfe2e8;--good:#146c43;--care:#8a5a00;--bad:#b3261e}
    @media (prefers-color-scheme:dark){:root{--page:#15171b;--text:#e8eaee;--soft:#a2a8b4;--line:#343842;--good:#6fd19f;--care:#f0b95a;\
    --bad:#ff8a80}}
    body{margin:0;background:var(--page);color:var(--text);font:16px/1.5 'Helvetica Neue',Helvetica,Arial,'Liberation Sans',sans-serif}
    main{max-width:1100px;margin:0 auto;padding:16px}
    h1{margin:.2em 0;font-size:1.9em;overflow-wrap:anywhere}h2{margin:1.6em 0 .2em;font-size:1.25em}
    .verdict{display:inline-block;margin:0;padding:.15em .7em;border:2px solid;border-radius:1em;font-weight:700}
    .trusted{color:var(--good)}.use-with-care{color:var(--care)}.not-converged{color:var(--bad)}
    .note,footer{color:var(--soft);margin:.2em 0 .8em}footer{margin-top:2em;font-size:.85em;overflow-wrap:anywhere}
    table{border-collapse:collapse}th,td{text-align:left;padding:.25em 1em .25em 0;border-bottom:1px solid var(--line);vertical-align:top}
    th{font-weight:400;color:var(--soft)}.scroll{overflow-x:auto}
    .row{display:flex;flex-wrap:wrap;gap:16px}.row>*{flex:1 1 320px;min-width:0}
    canvas{width:100%;max-width:560px;height:380px;border:1px solid var(--line);border-radius:8px;touch-action:none;cursor:grab}
    input[type=range]{width:min(100%,400px)}
    """
}
