/// A broken business rule. When a command breaks several, the one declared first here is the answer: the order of the
/// numbers is **the** precedence, over all desks (`Specs/rejections.md`). Numbers are stored and never reused; the gaps
/// leave room for rules between.
public struct Rejection: Error, Equatable, Sendable {
    public let code: Code
    /// The number that decided it, in minor units; what it means depends on the code (`Code.boundName`).
    public let bound: Int64?

    public init(_ code: Code, bound: Int64? = nil) {
        self.code = code
        self.bound = bound
    }

    public enum Code: UInt16, CaseIterable, Comparable, Sendable {
        // What the command speaks of does not exist: answered, not recorded
        case accountUnknown = 200
        case storeUnknown = 210
        case paymentUnknown = 220
        case chargeUnknown = 230
        case sessionUnknown = 240
        case controlUnknown = 250
        case voidUnknown = 260
        case proposalUnknown = 270
        case breakGlassUnknown = 280
        case personUnknown = 290
        case eventUnknown = 291
        case disputeUnknown = 292
        case reportUnknown = 293
        case alertUnknown = 294
        case unmatchedUnknown = 295
        case batchUnknown = 296
        // Who may ask
        case operatorRequired = 300
        case roleRequired = 301
        case approvalsRequired = 302
        case proposalExpired = 303
        case proposalClosed = 304
        case approverIsProposer = 305
        case alreadyApproved = 306
        case proposerLostRole = 307
        case approverLostRole = 308
        case notTheProposer = 309
        // The ledger
        case realClock = 310
        case scenarioClock = 320
        case clockBackwards = 330
        case occurredInFuture = 340
        case evidenceInFuture = 341
        case noApprovalNeeded = 350
        case tooManyProposals = 351
        case breakGlassUnreviewed = 352
        case reviewerBrokeGlass = 353
        case otherPerson = 354
        case roleHeld = 355
        case roleNotHeld = 356
        case dutiesConflict = 357
        case tooFewApprovers = 358
        case alreadyLaunched = 360
        case effectiveInPast = 361
        case controlEndsBeforeItBegins = 362
        case alreadyStopped = 363
        case tooManyControls = 364
        case terminationDecided = 365
        case terminationNotDecided = 366
        case alreadyTerminated = 367
        case notTerminated = 368
        case onLegalHold = 369
        // Is it open
        case notLaunched = 370
        case chargesStopped = 371
        case paymentsStopped = 372
        case registrationStopped = 373
        case externalLoginStopped = 374
        case foreignAddress = 375
        case countryUnknown = 376
        case serviceTerminated = 377
        case notOnLegalHold = 378
        // The person
        case personErased = 390
        case personHasOpenAccounts = 391
        case personHasOpenRefund = 392
        case personHasOpenCompensation = 393
        case personOnLegalHold = 394
        case booksMustBeKept = 395
        // The account
        case externalIDTaken = 400
        case accountClosed = 410
        case accountLocked = 420
        case alreadyLocked = 430
        case notLocked = 440
        case dispositionRequired = 450
        case moneyHeld = 451
        case refundIsOpen = 452
        case deviceBound = 460
        case deviceNotBound = 461
        case tooManyDevices = 462
        case externalLoginTaken = 463
        case externalLoginNotLinked = 464
        case fundingSourceLinked = 465
        case fundingSourceNotLinked = 466
        case threeDSecureFailed = 467
        case contactNotRegistered = 468
        // Who is behind it
        case sessionEnded = 480
        case sessionOfAnotherAccount = 481
        case resetRequired = 482
        case stepUpRequired = 483
        case evidenceStale = 484
        case deviceRequired = 485
        case deviceCoolDown = 490
        case resetCoolDown = 491
        case contactCoolDown = 492
        // Policies
        case amountStep = 500
        case sourceLimit = 510
        case deviceFirstLimit = 512
        case dailyCap = 514
        case chargeVelocity = 516
        case balanceCap = 520
        // Fraud and damage
        case ruleVersionUnknown = 530
        case ruleVersionsExhausted = 531
        case notMoney = 535
        case cashIsOwn = 536
        case labelledSo = 537
        case amendmentRequired = 538
        case tooManyHolds = 539
        case chargeNotFraud = 540
        case nothingToHold = 541
        case nothingHeld = 542
        case disputeClosed = 543
        case reportKnown = 544
        case reportMatched = 545
        case samePerson = 546
        case alreadyCertified = 550
        case notCertified = 551
        case evidenceOfAnother = 552
        case certifierOpenedDispute = 553
        case disputedUnlabelled = 554
        case labelsMissing = 555
        case notEntitled = 556
        case differsFromEntitlement = 557
        case certifiedSo = 558
        // Compensation
        case notReversible = 560
        case reversalOpen = 561
        case reversalNotOpen = 562
        case madeGood = 563
        case compensationTooEarly = 564
        case nothingToCompensate = 565
        case notOffered = 566
        case compensationDiffers = 567
        // Refunds
        case noticesMissing = 568
        case windowTooShort = 569
        case claimsOpened = 570
        case claimsNotOpen = 571
        case claimsAreClosed = 572
        case notTheHolder = 573
        case identityRequired = 574
        case alreadyClaimed = 575
        case nothingToRefund = 576
        case notClaimed = 577
        case notExcluded = 578
        case notVerified = 579
        case identityTooWeak = 580
        case refundIsHeld = 581
        case approverTookClaim = 582
        case refundTotalDiffers = 583
        case nothingToBatch = 584
        case batchIsPast = 585
        case fileMissing = 586
        case fileDiffers = 587
        case batchChanged = 588
        case releaserActed = 589
        case policyVersionsExhausted = 590
        case resultDiffers = 591
        case approvalMissing = 592
        // Money
        case refundForbidden = 600
        case insufficientBalance = 610
        case reversalExceedsPayment = 620
        case chargeAlreadySpent = 630
        case settlementExceedsBalance = 640
        case unmatchedExceedsSuspense = 650
        case clearingExceedsBalance = 651
        case nettedExceedsReceivable = 652
        case compensationExceeds = 653
        case recoverableExceeds = 654
        case securityExceeds = 655
        case ledgerFull = 690

        public static func < (left: Code, right: Code) -> Bool { left.rawValue < right.rawValue }
    }
}
