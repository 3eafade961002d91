import CNetCDF

/// Who wrote a file and what it is: AMBER's global attributes. Texts are cut to the convention's 80 bytes.
public struct AmberFileInformation: Sendable, Equatable {
  public var title: String?
  public var application: String?
  public var program: String
  public var programVersion: String

  public init(title: String? = nil, application: String? = nil, program: String = "MolFlow", programVersion: String) {
    self.title = title
    self.application = application
    self.program = program
    self.programVersion = programVersion
  }
}

/// The parts of the header that trajectories and restarts share.
extension NetCDFOutput {
  func putAmberAttributes(_ kind: AmberConvention.Kind, _ information: AmberFileInformation) throws(OutputError) {
    try putAttribute("Conventions", kind.rawValue)
    try putAttribute("ConventionVersion", AmberConvention.version)
    try putAttribute("program", AmberConvention.bounded(information.program))
    try putAttribute("programVersion", AmberConvention.bounded(information.programVersion))
    if let application = information.application {
      try putAttribute("application", AmberConvention.bounded(application))
    }
    if let title = information.title { try putAttribute("title", AmberConvention.bounded(title)) }
  }

  /// The dimensions and label variables of space and, for a periodic system, of the cell.
  func defineAmberLabels(withCell: Bool) throws(OutputError) -> AmberLabels {
    let spatial = try defineDimension("spatial", length: 3)
    let spatialLabels = try defineVariable("spatial", type: NC_CHAR, dimensions: [spatial])
    guard withCell else { return AmberLabels(spatial: spatial, spatialLabels: spatialLabels, cell: nil) }
    let cellSpatial = try defineDimension("cell_spatial", length: 3)
    let cellAngular = try defineDimension("cell_angular", length: 3)
    let label = try defineDimension("label", length: 5)
    return AmberLabels(
      spatial: spatial, spatialLabels: spatialLabels,
      cell: AmberLabels.Cell(
        spatial: cellSpatial, angular: cellAngular,
        spatialLabels: try defineVariable("cell_spatial", type: NC_CHAR, dimensions: [cellSpatial]),
        angularLabels: try defineVariable("cell_angular", type: NC_CHAR, dimensions: [cellAngular, label])))
  }

  /// Fills the label variables; after `endDefinitions`.
  func putAmberLabels(_ labels: AmberLabels) throws(OutputError) {
    try put("xyz", into: labels.spatialLabels)
    guard let cell = labels.cell else { return }
    try put("abc", into: cell.spatialLabels)
    try put("alphabeta gamma", into: cell.angularLabels)
  }
}

/// Identifiers of the label dimensions and variables of an AMBER file.
struct AmberLabels {
  struct Cell {
    let spatial: Int32
    let angular: Int32
    let spatialLabels: Int32
    let angularLabels: Int32
  }

  let spatial: Int32
  let spatialLabels: Int32
  let cell: Cell?
}
