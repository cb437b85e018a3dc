import Statistics
import Testing

/// Expected values: SciPy 1.17.1 (`scipy.stats.norm/t/chi2/f/beta/binom`), printed with `repr`.
///
/// Where SciPy itself loses digits another source is used: `f.isf(1e-12)` from the closed form
/// `4.5·(q^(−2/9) − 1)` for 2 and 9 degrees and from `betaincinv(150, 6, q)` for 12 and 300;
/// `binom(100000, 0.5).logpmf` from `math.comb` and `decimal` with 60 digits.
@Suite struct DistributionTests {
  struct Row: Sendable, CustomTestStringConvertible {
    var distribution: any ContinuousDistribution
    var x, cdf, survival, logDensity: Double
    var testDescription: String { "\(distribution) at \(x)" }
    init(
      _ distribution: any ContinuousDistribution, _ x: Double, _ cdf: Double, _ survival: Double,
      _ logDensity: Double
    ) {
      self.distribution = distribution
      (self.x, self.cdf, self.survival, self.logDensity) = (x, cdf, survival, logDensity)
    }
  }

  struct QuantileRow: Sendable, CustomTestStringConvertible {
    var distribution: any ContinuousDistribution
    var p, quantile, inverseSurvival: Double
    var testDescription: String { "\(distribution) at \(p)" }
    init(
      _ distribution: any ContinuousDistribution, _ p: Double, _ quantile: Double,
      _ inverseSurvival: Double
    ) {
      self.distribution = distribution
      (self.p, self.quantile, self.inverseSurvival) = (p, quantile, inverseSurvival)
    }
  }

  @Test(arguments: rows) func probabilities(_ row: Row) {
    #expect(relativeError(row.distribution.cdf(row.x), row.cdf) < 2e-12)
    #expect(relativeError(row.distribution.survival(row.x), row.survival) < 2e-12)
    #expect(relativeError(row.distribution.logDensity(row.x), row.logDensity) < 1e-11)
  }

  @Test(arguments: quantileRows) func quantiles(_ row: QuantileRow) {
    #expect(relativeError(row.distribution.quantile(row.p), row.quantile) < 2e-12)
    #expect(relativeError(row.distribution.inverseSurvival(row.p), row.inverseSurvival) < 2e-12)
  }

  @Test(arguments: [
    (1e-300, -37.0470962993612),
    (1e-20, -9.262340089798409),
    (0.02, -2.053748910631823),
    (0.4999, -0.0002506628300880075),
  ])
  func normalQuantileFarOut(_ p: Double, _ x: Double) {
    #expect(relativeError(Normal.standard.quantile(p), x) < 1e-13)
    #expect(Normal.standard.inverseSurvival(p) == -Normal.standard.quantile(p))
  }

  @Test(arguments: [
    (5, 2.866515718791933e-07),
    (10, 7.61985302416047e-24),
    (37, 5.7255712225239266e-300),
  ])
  func normalTail(_ x: Double, _ survival: Double) {
    #expect(relativeError(Normal.standard.survival(x), survival) < 1e-13)
  }

  /// Squaring the argument must not overflow into NaN: Cauchy's tail is 1/(πx).
  @Test func hugeArguments() {
    #expect(relativeError(StudentT(degreesOfFreedom: 1).survival(1e140), 1e-140 / .pi) < 1e-12)
    #expect(StudentT(degreesOfFreedom: 1).survival(1e200) == 0)
    #expect(StudentT(degreesOfFreedom: 3).cdf(-.infinity) == 0)
    #expect(FisherF(numerator: 2, denominator: 4).survival(.infinity) == 0)
    #expect(FisherF(numerator: 2, denominator: 4).cdf(0) == 0)
  }

  /// Tails by quadrature of the density with 40 digits (mpmath); a table without noise has degrees
  /// of freedom like these, and the continued fraction would need a million terms for each.
  @Test(
    arguments: [
      (1.5e5, 0.3, 0.38208878566722116), (1.5e5, 1.96, 0.024998819446325708),
      (1.5e5, 8, 6.264888934978213e-16), (1.5e5, 30, 1.8882168748504967e-197),
      (1e7, 0.3, 0.38208858092889272), (1e7, 1.96, 0.024997909012657096),
      (1e9, 8, 6.2209671422273817e-16), (1e9, 30, 4.9077098439818277e-198),
      (1e15, 1.96, 0.024997895148220575), (1e15, 30, 4.9067139281421007e-198),
    ] as [(Double, Double, Double)])
  func manyDegreesOfFreedom(_ freedom: Double, _ t: Double, _ survival: Double) {
    let student = StudentT(degreesOfFreedom: freedom)
    #expect(relativeError(student.survival(t), survival) < 1e-11)
    #expect(relativeError(student.cdf(-t), survival) < 1e-11)
    #expect(relativeError(student.inverseSurvival(survival), t) < 1e-12)
    #expect(relativeError(student.quantile(survival), -t) < 1e-12)
    let f = FisherF(numerator: 1, denominator: freedom)
    #expect(relativeError(f.survival(t * t), 2 * survival) < 1e-8)
  }

  @Test func infiniteFreedomIsNormal() {
    let t = StudentT(degreesOfFreedom: .infinity)
    #expect(t.survival(1.3) == Normal.standard.survival(1.3))
    #expect(t.quantile(0.2) == Normal.standard.quantile(0.2))
    #expect(relativeError(StudentT(degreesOfFreedom: 1e7).quantile(0.9), t.quantile(0.9)) < 1e-6)
  }

  @Test(arguments: [
    (10, 0.3, 2, 0.3827827863999998, 0.6172172136000003, -1.4546826703914122),
    (651, 0.25, 180, 0.9446944139447359, 0.05530558605526414, -4.545962557912532),
    (9527, 0.2875, 2560, 2.3864576555251635e-05, 0.9999761354234448, -13.007956742700571),
    (9527, 0.25, 2560, 0.9999864933510838, 1.3506648916220193e-05, -13.438147225042258),
    (100000, 0.5, 50300, 0.9713183964058865, 0.028681603594113557, -7.782249385081361),
    (5, 0.5, 5, 1.0, 0.0, -3.4657359027997265),
    (20, 1e-06, 3, 1.0, 4.844937984387595e-21, -34.40776513251278),
  ])
  func binomial(
    _ trials: Int, _ probability: Double, _ k: Int, _ cdf: Double, _ survival: Double,
    _ logProbability: Double
  ) {
    let distribution = Binomial(trials: trials, probability: probability)
    #expect(relativeError(distribution.cdf(k), cdf) < 1e-11)
    #expect(relativeError(distribution.survival(k), survival) < 1e-11)
    #expect(relativeError(distribution.logProbability(k), logProbability) < 1e-11)
  }

  @Test func binomialSumsToOneAndInverts() {
    let distribution = Binomial(trials: 12, probability: 0.3)
    var total = 0.0
    for k in 0...12 {
      // exp(logProbability) is the step of the cdf.
      let step = distribution.cdf(k) - distribution.cdf(k - 1)
      total += step
      #expect(abs(step - exponential(distribution.logProbability(k))) < 1e-14)
    }
    #expect(abs(total - 1) < 1e-15)
    // scipy.stats.binom.ppf
    #expect(Binomial(trials: 10, probability: 0.3).quantile(0.5) == 3)
    #expect(Binomial(trials: 651, probability: 0.25).quantile(0.95) == 181)
    #expect(Binomial(trials: 100_000, probability: 0.5).quantile(0.025) == 49690)
  }

  private func exponential(_ x: Double) -> Double {
    // e^x by squaring a short series, so that the test needs no Foundation.
    let y = x / 1024
    var result = 1 + y * (1 + y / 2 * (1 + y / 3 * (1 + y / 4 * (1 + y / 5))))
    for _ in 0..<10 { result *= result }
    return result
  }

  static let rows: [Row] = [
    Row(Normal(), -2.748, 0.0029980004542962653, 0.9970019995457038, -4.694690533204673),
    Row(Normal(), -0.8416, 0.20000594464496685, 0.7999940553550331, -1.2730838132046727),
    Row(Normal(), 0.5244, 0.699999821735177, 0.30000017826482295, -1.0564362132046727),
    Row(Normal(), 3.719, 0.9998999934740659, 0.00010000652593416135, -7.8344190332046715),
    Row(Normal(), 5.998, 0.9999999990011874, 9.988126056765152e-10, -18.906940533204676),
    Row(
      Normal(mean: 3, standardDeviation: 2), -2.496, 0.0029980004542962653, 0.9970019995457038,
      -5.387837713764618),
    Row(
      Normal(mean: 3, standardDeviation: 2), 1.317, 0.20003394251540246, 0.7999660574845975,
      -1.966146838764618),
    Row(
      Normal(mean: 3, standardDeviation: 2), 4.049, 0.7000345900942531, 0.299965409905747,
      -1.7496358387646183),
    Row(
      Normal(mean: 3, standardDeviation: 2), 10.44, 0.999900388611024, 9.961138897591671e-05,
      -8.531285713764618),
    Row(
      Normal(mean: 3, standardDeviation: 2), 15.0, 0.9999999990134123, 9.865876450376946e-10,
      -19.612085713764618),
    Row(
      StudentT(degreesOfFreedom: 1), -106.1, 0.0030000043479990438, 0.9969999956520009,
      -10.473582805101426),
    Row(
      StudentT(degreesOfFreedom: 1), -1.376, 0.20004200870695035, 0.7999579912930497,
      -2.2071538722885986),
    Row(
      StudentT(degreesOfFreedom: 1), 0.7265, 0.6999911396839552, 0.3000088603160448,
      -1.5685601506792892),
    Row(
      StudentT(degreesOfFreedom: 1), 3183.0, 0.9998999968973574, 0.00010000310264252759,
      -17.27588883911576),
    Row(
      StudentT(degreesOfFreedom: 1), 318300000.0, 0.9999999989999689, 1.0000310593270206e-09,
      -40.301739670354046),
    Row(
      StudentT(degreesOfFreedom: 4.5), -4.884, 0.0030009492777155395, 0.9969990507222845,
      -6.035907398796725),
    Row(
      StudentT(degreesOfFreedom: 4.5), -0.929, 0.19999197607675048, 0.8000080239232495,
      -1.4565585517581237),
    Row(
      StudentT(degreesOfFreedom: 4.5), 0.5635, 0.6999981833989828, 0.3000018166010172,
      -1.1615678411312134),
    Row(
      StudentT(degreesOfFreedom: 4.5), 11.02, 0.9998999605390794, 0.00010003946092059842,
      -10.13632199087624),
    Row(
      StudentT(degreesOfFreedom: 4.5), 144.5, 0.9999999989988267, 1.0011732315753687e-09,
      -24.19147774115707),
    Row(
      StudentT(degreesOfFreedom: 1000), -2.754, 0.00299696990001818, 0.9970030300999818,
      -4.700915566763552),
    Row(
      StudentT(degreesOfFreedom: 1000), -0.842, 0.19999463517313742, 0.8000053648268626,
      -1.2738992914364613),
    Row(
      StudentT(degreesOfFreedom: 1000), 0.5246, 0.7000112227124622, 0.29998877728753776,
      -1.0569097658155584),
    Row(
      StudentT(degreesOfFreedom: 1000), 3.733, 0.9999000581053864, 9.994189461362656e-05,
      -7.845650865114566),
    Row(
      StudentT(degreesOfFreedom: 1000), 6.054, 0.9999999990018539, 9.981460803177983e-10,
      -18.934808074321527),
    Row(
      ChiSquared(degreesOfFreedom: 1), 1.414e-05, 0.0030002935111279896, 0.996999706488872,
      4.664305845543251),
    Row(
      ChiSquared(degreesOfFreedom: 1), 0.06418, 0.19999274921089588, 0.8000072507891041,
      0.4220032884455405),
    Row(
      ChiSquared(degreesOfFreedom: 1), 1.074, 0.6999563147195812, 0.30004368528041575,
      -1.4916335312480093),
    Row(
      ChiSquared(degreesOfFreedom: 1), 15.14, 0.9999001743591965, 9.982564080346303e-05,
      -9.847608657209324),
    Row(
      ChiSquared(degreesOfFreedom: 1), 37.32, 0.9999999989974879, 1.0025121097776973e-09,
      -21.388703221194245),
    Row(
      ChiSquared(degreesOfFreedom: 7), 0.8412, 0.0029995928474894793, 0.9970004071525105,
      -4.479903322190864),
    Row(
      ChiSquared(degreesOfFreedom: 7), 3.822, 0.19996382979384428, 0.8000361702061557,
      -2.1860541197616796),
    Row(
      ChiSquared(degreesOfFreedom: 7), 8.383, 0.6999647419890664, 0.3000352580109336,
      -2.5029741201675817),
    Row(
      ChiSquared(degreesOfFreedom: 7), 29.88, 0.9999001052923414, 9.989470765855208e-05,
      -10.074015333645342),
    Row(
      ChiSquared(degreesOfFreedom: 7), 55.87, 0.9999999989978132, 1.0021867366815631e-09,
      -21.50441982562924),
    Row(
      FisherF(numerator: 2, denominator: 9), 0.003006, 0.003000485960207625, 0.9969995140397924,
      -0.0036727734301997828),
    Row(
      FisherF(numerator: 2, denominator: 9), 0.2288, 0.2000238241001778, 0.7999761758998222,
      -0.27276740563461566),
    Row(
      FisherF(numerator: 2, denominator: 9), 1.38, 0.6999052866855984, 0.3000947133144017,
      -1.4711365082384376),
    Row(
      FisherF(numerator: 2, denominator: 9), 30.34, 0.9998999758997423, 0.00010002410025765122,
      -11.256788153644154),
    Row(FisherF(numerator: 2, denominator: 9), 445.5, 0.999999999, 1e-09, -25.328436022934504),
    Row(
      FisherF(numerator: 12, denominator: 300), 0.2275, 0.003000131881385435, 0.9969998681186145,
      -2.7543403426461737),
    Row(
      FisherF(numerator: 12, denominator: 300), 0.6483, 0.20002721064649182, 0.7999727893535082,
      -0.09897300236696083),
    Row(
      FisherF(numerator: 12, denominator: 300), 1.175, 0.6997108729142011, 0.3002891270857989,
      -0.2967080361183889),
    Row(
      FisherF(numerator: 12, denominator: 300), 3.423, 0.999899800492571, 0.00010019950742896668,
      -7.803913466174436),
    Row(
      FisherF(numerator: 12, denominator: 300), 6.18, 0.9999999990004564, 9.995435796189217e-10,
      -19.292106088943683),
    Row(Beta(2, 5), 0.01442, 0.003001039055373249, 0.9969989609446267, -0.8960416799294326),
    Row(Beta(2, 5), 0.1399, 0.2000443552945525, 0.7999556447054474, 0.8315435146526409),
    Row(Beta(2, 5), 0.3604, 0.7000765615901573, 0.2999234384098428, 0.5930074363248496),
    Row(Beta(2, 5), 0.887, 0.9998998636480051, 0.00010013635199495496, -5.4401827560895875),
    Row(Beta(2, 5), 0.9889, 0.9999999989983172, 1.0016828202991945e-09, -14.61320536569943),
    Row(Beta(0.5, 40), 1.778e-07, 0.002999803410561239, 0.9970001965894387, 9.040246188229911),
    Row(Beta(0.5, 40), 0.000807, 0.1999983878713621, 0.800001612128638, 4.798557604152497),
    Row(Beta(0.5, 40), 0.01342, 0.699988348293588, 0.30001165170641175, 2.89753082012658),
    Row(Beta(0.5, 40), 0.1734, 0.9999002453240038, 9.97546759962721e-05, -5.281913726460625),
    Row(Beta(0.5, 40), 0.3746, 0.9999999989997069, 1.0002931472511444e-09, -16.54529141439415),
  ]

  static let quantileRows: [QuantileRow] = [
    QuantileRow(Normal(), 1e-12, -7.034483825301131, 7.034483825301131),
    QuantileRow(Normal(), 0.003, -2.7477813854449926, 2.7477813854449926),
    QuantileRow(Normal(), 0.3, -0.5244005127080409, 0.5244005127080409),
    QuantileRow(Normal(), 0.6, 0.2533471031357997, -0.2533471031357997),
    QuantileRow(
      Normal(mean: 3, standardDeviation: 2), 1e-12, -11.068967650602263, 17.06896765060226),
    QuantileRow(
      Normal(mean: 3, standardDeviation: 2), 0.003, -2.4955627708899852, 8.495562770889986),
    QuantileRow(Normal(mean: 3, standardDeviation: 2), 0.3, 1.9511989745839182, 4.048801025416082),
    QuantileRow(Normal(mean: 3, standardDeviation: 2), 0.6, 3.5066942062715993, 2.4933057937284007),
    QuantileRow(StudentT(degreesOfFreedom: 1), 1e-12, -318309886183.7907, 318309886183.7907),
    QuantileRow(StudentT(degreesOfFreedom: 1), 0.003, -106.1001537833394, 106.1001537833394),
    QuantileRow(StudentT(degreesOfFreedom: 1), 0.3, -0.7265425280053609, 0.7265425280053609),
    QuantileRow(StudentT(degreesOfFreedom: 1), 0.6, 0.32491969623290634, -0.32491969623290634),
    QuantileRow(StudentT(degreesOfFreedom: 4.5), 1e-12, -670.942702505106, 670.942702505106),
    QuantileRow(StudentT(degreesOfFreedom: 4.5), 0.003, -4.884397041807889, 4.884397041807889),
    QuantileRow(StudentT(degreesOfFreedom: 4.5), 0.3, -0.5635058039393779, 0.5635058039393779),
    QuantileRow(StudentT(degreesOfFreedom: 4.5), 0.6, 0.2687518355421751, -0.2687518355421751),
    QuantileRow(StudentT(degreesOfFreedom: 1000), 1e-12, -7.124228925314409, 7.124228925314409),
    QuantileRow(StudentT(degreesOfFreedom: 1000), 0.003, -2.753666695926793, 2.753666695926793),
    QuantileRow(StudentT(degreesOfFreedom: 1000), 0.3, -0.524567707309227, 0.524567707309227),
    QuantileRow(StudentT(degreesOfFreedom: 1000), 0.6, 0.25341451583949876, -0.25341451583949876),
    QuantileRow(ChiSquared(degreesOfFreedom: 1), 1e-12, 1.5707963267948931e-24, 50.844127911818155),
    QuantileRow(ChiSquared(degreesOfFreedom: 1), 0.003, 1.4137233561391929e-05, 8.807468393511948),
    QuantileRow(ChiSquared(degreesOfFreedom: 1), 0.3, 0.14847186183254538, 1.0741941708575722),
    QuantileRow(ChiSquared(degreesOfFreedom: 1), 0.6, 0.7083263008007934, 0.2749958977284559),
    QuantileRow(ChiSquared(degreesOfFreedom: 7), 1e-12, 0.0015031450349627595, 70.83842825582607),
    QuantileRow(ChiSquared(degreesOfFreedom: 7), 0.003, 0.8412359199007955, 21.58014539345676),
    QuantileRow(ChiSquared(degreesOfFreedom: 7), 0.3, 4.671330448981073, 8.383430828608384),
    QuantileRow(ChiSquared(degreesOfFreedom: 7), 0.6, 7.283207632840307, 5.493234860123102),
    QuantileRow(
      FisherF(numerator: 2, denominator: 9), 1e-12, 1.0000000000006113e-12, 2084.21497512575),
    QuantileRow(
      FisherF(numerator: 2, denominator: 9), 0.003, 0.0030055122518342823, 11.86259703080419),
    QuantileRow(
      FisherF(numerator: 2, denominator: 9), 0.3, 0.37119114473685877, 1.3804124784633136),
    QuantileRow(FisherF(numerator: 2, denominator: 9), 0.6, 1.0162460162393594, 0.5409482138568005),
    QuantileRow(
      FisherF(numerator: 12, denominator: 300), 1e-12, 0.004929777530198965, 7.846499289460605),
    QuantileRow(
      FisherF(numerator: 12, denominator: 300), 0.003, 0.22749792802066718, 2.5658167147241437),
    QuantileRow(
      FisherF(numerator: 12, denominator: 300), 0.3, 0.7516695125406379, 1.1753891271230028),
    QuantileRow(
      FisherF(numerator: 12, denominator: 300), 0.6, 1.0531641083999563, 0.8487683596230449),
    QuantileRow(Beta(2, 5), 1e-12, 2.5819897863610075e-07, 0.9972166267363152),
    QuantileRow(Beta(2, 5), 0.003, 0.014417454220739447, 0.7719106641670479),
    QuantileRow(Beta(2, 5), 0.3, 0.18180347131894917, 0.3603576903800202),
    QuantileRow(Beta(2, 5), 0.6, 0.3094444275453144, 0.2225835336154239),
    QuantileRow(Beta(0.5, 40), 1e-12, 1.975805362813565e-26, 0.47235034809352655),
    QuantileRow(Beta(0.5, 40), 0.003, 1.7782330479992495e-07, 0.10486178746385934),
    QuantileRow(Beta(0.5, 40), 0.3, 0.0018657890765844541, 0.013420642715248308),
    QuantileRow(Beta(0.5, 40), 0.6, 0.008869974592119056, 0.0034530177953808927),
  ]
}
