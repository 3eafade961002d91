/// The numbers of the Born models: radii, screening factors, rescaling of GBn2, neck tables. Lengths in nm.
struct BornModelTables {
  /// By element symbol; "*" is any other element.
  private var radii: [String: Double] = [:]
  private var hydrogenRadii: [String: Double] = [:]
  private var mbondi3: [String: Double] = [:]
  private var screening: [String: [String: Double]] = [:]
  private var rescaling: [String: [Double]] = [:]
  /// 21 × 21 for radii 0.1, 0.105, … 0.2 nm.
  private(set) var neckDistances: [Double] = []
  private(set) var neckDepths: [Double] = []

  static let neckSize = 21

  static func shipped() throws -> BornModelTables {
    var tables = BornModelTables()
    for section in try TableFile.shipped("generalized-born").sections {
      func values(factor: Double = 1) throws -> [String: Double] {
        var result: [String: Double] = [:]
        for row in section.rows { result[try row.text(0, "a name")] = try row.number(1, "a number") * factor }
        return result
      }
      func table() throws -> [[Double]] {
        try section.rows.map { row in try row.fields.indices.map { try row.number($0, "a number") } }
      }
      // Angstrom: x / 10 rounds like OpenMM's radii, x * 0.1 would not.
      switch section.name {
      case "radii": tables.radii = try values().mapValues { $0 / 10 }
      case "hydrogen-radii": tables.hydrogenRadii = try values().mapValues { $0 / 10 }
      case "mbondi3": tables.mbondi3 = try values().mapValues { $0 / 10 }
      case "screening": tables.screening[try section.heading.text(1, "a model")] = try values()
      case "rescaling":
        for row in section.rows {
          tables.rescaling[try row.text(0, "a name")] = try (1...3).map { try row.number($0, "alpha, beta, gamma") }
        }
      case "neck-distances": tables.neckDistances = try table().joined().map { $0 / 10 }
      case "neck-depths": tables.neckDepths = try table().joined().map { $0 * 10 }
      default: throw section.heading.error("unknown section", found: String(section.name))
      }
    }
    let size = neckSize * neckSize
    guard tables.neckDistances.count == size, tables.neckDepths.count == size, tables.radii["*"] != nil,
      tables.hydrogenRadii["*"] != nil, tables.mbondi3.count == 2, tables.screening.values.allSatisfy({ $0["*"] != nil }),
      tables.rescaling["*"] != nil
    else { throw InputError("generalized-born.txt", "the table is incomplete", advice: "install the program again") }
    return tables
  }

  /// mbondi2 (Onufriev, Bashford, Case 2004): only hydrogens look at what they are bonded to.
  func mbondi2Radius(of element: Element?, bondedTo partner: Element?) -> Double {
    if element == .hydrogen { return hydrogenRadii[partner?.symbol ?? "*"] ?? hydrogenRadii["*"]! }
    return radii[element?.symbol ?? "*"] ?? radii["*"]!
  }

  var carboxylateOxygenRadius: Double { mbondi3["carboxylate-oxygen"]! }
  var arginineHydrogenRadius: Double { mbondi3["arginine-HE-HH"]! }

  func screening(of element: Element?, model: String) -> Double {
    let factors = screening[model]!
    return factors[element?.symbol ?? "*"] ?? factors["*"]!
  }

  /// α, β, γ of GBn2.
  func rescaling(of element: Element?) -> [Double] { rescaling[element?.symbol ?? "*"] ?? rescaling["*"]! }
}
