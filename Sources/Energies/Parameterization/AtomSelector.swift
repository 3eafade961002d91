/// Which atoms a force-field rule speaks of: any, those of one type, or those of one class of types.
public enum AtomSelector: Sendable, Hashable {
  case any
  case type(String)
  case atomClass(String)

  /// As the shipped tables write it: `*`, `=type`, `class`.
  public init(tableText: some StringProtocol) {
    if tableText == "*" {
      self = .any
    } else if tableText.first == "=" {
      self = .type(String(tableText.dropFirst()))
    } else {
      self = .atomClass(String(tableText))
    }
  }
}

/// The type of an atom and its class, as numbers that compare quickly.
struct TypedAtom: Hashable {
  var type: Int
  var atomClass: Int
}

/// A selector in the numbering of one force field.
struct CompiledSelector {
  private enum Kind {
    case any
    case type(Int)
    case atomClass(Int)
    case none
  }

  private let kind: Kind
  /// Whether it takes every atom of the force field; rules without such a selector are preferred.
  let isWildcard: Bool

  init(_ selector: AtomSelector, numbering: TypeNumbering) {
    switch selector {
    case .any:
      kind = .any
      isWildcard = true
    case .type(let name):
      kind = numbering.types[name].map(Kind.type) ?? .none
      isWildcard = false
    case .atomClass(let name):
      kind = numbering.classes[name].map(Kind.atomClass) ?? .none
      isWildcard = numbering.classes.count == 1 && numbering.classes[name] != nil
    }
  }

  func matches(_ atom: TypedAtom) -> Bool {
    switch kind {
    case .any: true
    case .type(let type): type == atom.type
    case .atomClass(let atomClass): atomClass == atom.atomClass
    case .none: false
    }
  }
}

/// Numbers for the type and class names of one force field.
struct TypeNumbering {
  private(set) var types: [String: Int] = [:]
  private(set) var classes: [String: Int] = [:]
  private var atoms: [TypedAtom] = []

  init(_ atomTypes: [String: ForceField.AtomType]) {
    for name in atomTypes.keys.sorted() {
      let className = atomTypes[name]!.atomClass
      let atomClass = classes[className] ?? classes.count
      classes[className] = atomClass
      types[name] = atoms.count
      atoms.append(TypedAtom(type: atoms.count, atomClass: atomClass))
    }
  }

  func atom(ofType name: String) -> TypedAtom? { types[name].map { atoms[$0] } }
}
