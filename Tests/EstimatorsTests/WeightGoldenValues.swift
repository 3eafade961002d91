/// Written by Golden/make_weights.py; the weights themselves are built by `logWeights`.
struct WeightGoldenValues: Sendable {
  let count: Int
  let spread: Double
  let effectiveSampleSize: Double
  /// Effective fraction after dropping the largest 0.2 %.
  let dropped: Double
  /// Effective fraction after clipping to the 99 % quantile.
  let clipped: Double
  let largestShare: Double
  let logPartitionFunction: Double
  let error: Double
  let paretoShape: Double

  static let all = [
    WeightGoldenValues(
      count: 1000, spread: 0.5, effectiveSampleSize: 766.3970387370482,
      dropped: 0.7678046813681945, clipped: 0.7671826028949532,
      largestShare: 0.002564560004791936, logPartitionFunction: 0.05640189021607877,
      error: 0.017467450402427406, paretoShape: -0.6684875699712034),
    WeightGoldenValues(
      count: 1000, spread: 2.0, effectiveSampleSize: 191.0690761306361,
      dropped: 0.19305616596433317, clipped: 0.19536851424315083,
      largestShare: 0.01212871224247466, logPartitionFunction: 1.497179709834013,
      error: 0.0650995179985722, paretoShape: -0.41071339918736316),
    WeightGoldenValues(
      count: 5000, spread: 3.0, effectiveSampleSize: 520.782196272967,
      dropped: 0.10525802257161798, clipped: 0.10863354596885318,
      largestShare: 0.00421174193712963, logPartitionFunction: 2.9418186598488507,
      error: 0.041479303715192234, paretoShape: -0.6429333686709156),
    WeightGoldenValues(
      count: 123, spread: 1.0, effectiveSampleSize: 60.29635858365784,
      dropped: 0.5017640134797594, clipped: 0.4938283123101819,
      largestShare: 0.0385073163526922, logPartitionFunction: 0.3804666988015022,
      error: 0.09232534164666036, paretoShape: -0.06451878238742788),
  ]
}
