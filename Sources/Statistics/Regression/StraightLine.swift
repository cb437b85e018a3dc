/// The least-squares line; nil where the abscissae do not differ.
public func leastSquaresLine(_ x: [Double], _ y: [Double]) -> (slope: Double, intercept: Double)? {
  guard x.count > 1 else { return nil }
  let (centreX, centreY) = (mean(x), mean(y))
  let spread = x.reduce(0) { $0 + ($1 - centreX) * ($1 - centreX) }
  guard spread > 1e-12 else { return nil }
  let joint = zip(x, y).reduce(0) { $0 + ($1.0 - centreX) * ($1.1 - centreY) }
  return (joint / spread, centreY - joint / spread * centreX)
}
