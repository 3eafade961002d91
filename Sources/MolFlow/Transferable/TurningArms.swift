import CLaneKernels

/// Arms that turn with a torsion: a tree of rigid segments, each with sites that meet atoms that stand. Of `TurningGrid`.
struct TurningArms: Sendable {
  struct Site {
    /// In the frame that turns, nm.
    var local: SIMD3<Float>
    /// Of the pairs of all sites.
    var pairs: Range<Int>
  }

  private(set) var segments: [lane_arm_segment] = []
  private(set) var sites: [lane_arm_site_single] = []
  private(set) var others: [Int32] = []
  /// As of `PlacementPairs`.
  private(set) var parameters: [Float] = []
  /// Ends of the tree.
  private(set) var count = 0
  private var level = 0

  var isEmpty: Bool { segments.isEmpty }

  /// Pairs that sites may share.
  mutating func append(_ pairs: PlacementPairs) -> Range<Int> {
    others += pairs.others
    parameters += pairs.singleParameters
    return others.count - pairs.others.count..<others.count
  }

  /// Adds a segment that hangs on the one whose `beyond` this call is made in.
  ///
  /// - Parameter beyond: adds what hangs on this one.
  mutating func appendSegment(_ sites: [Site], beyond: (inout TurningArms) -> Void) {
    precondition(level < LANE_ARM_LEVELS, "an arm has too many segments")
    let (index, before) = (segments.count, count)
    let first = Int32(self.sites.count)
    self.sites += sites.map {
      lane_arm_site_single(
        local: ($0.local.x, $0.local.y, $0.local.z), first_pair: Int32($0.pairs.lowerBound),
        end_of_pairs: Int32($0.pairs.upperBound))
    }
    segments.append(
      lane_arm_segment(
        level: Int32(level), first_site: first, end_of_sites: Int32(self.sites.count), next: 0, arms: 1))
    level += 1
    beyond(&self)
    level -= 1
    if segments.count == index + 1 { count += 1 }
    segments[index].next = Int32(segments.count)
    segments[index].arms = Int32(count - before)
  }
}
