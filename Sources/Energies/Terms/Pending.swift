// Removed when the kernels land.
extension HarmonicBonds { public func accumulate(_ block: borrowing LaneBlock) { preconditionFailure() } }
extension HarmonicAngles { public func accumulate(_ block: borrowing LaneBlock) { preconditionFailure() } }
extension PeriodicTorsions { public func accumulate(_ block: borrowing LaneBlock) { preconditionFailure() } }
extension CMAPTorsions { public func accumulate(_ block: borrowing LaneBlock) { preconditionFailure() } }
extension Nonbonded { public func accumulate(_ block: borrowing LaneBlock) { preconditionFailure() } }
extension GeneralizedBorn { public func accumulate(_ block: borrowing LaneBlock) { preconditionFailure() } }
