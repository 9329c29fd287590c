import Ledger
import Testing

/// Certifications: what they stand on, what they say, who agrees (accounting law L7).
@Suite struct CertificationTests {
    /// p-1 lost 30,000 by card and 4,000 of their own on account 1; p-2 nothing.
    private static func aStory() throws -> Story {
        var story = try Story.desks()
        try story.play(
            """
            open p-1
            open p-2
            O: charge 1 registerCash 5000
            A: charge 1 creditCard 30000
            P: pay 1 s-1 34000
            X: charge 2 creditCard 70
            Y: pay 2 s-1 70
            """)
        return story
    }

    @Test("The sums are those the ledger finds, to the yen")
    func sums() throws {
        var story = try Self.aStory()
        try story.play(
            """
            D: dispute 1 A P
            certify p-9 creditCard 1 dispute D                         | person-unknown
            certify p-1 creditCard 1 dispute 999                       | dispute-unknown
            certify p-1 creditCard 1 dispute D                         | disputed-unlabelled \(try story.position("A"))
            label 1 fraud A
            certify p-1 creditCard 30000 dispute D                     | disputed-unlabelled \(try story.position("P"))
            label 1 fraud P
            certify p-1 creditCard 30000 own 3999 dispute D            | differs-from-entitlement 34000
            certify p-1 creditCard 30000 own 4001 dispute D            | differs-from-entitlement 34000
            certify p-1 debitCard 30000 own 4000 dispute D             | differs-from-entitlement 34000
            amend p-1 creditCard 30000 own 4000                        | not-certified
            uncertify p-1                                              | not-certified
            E: certify p-1 creditCard 30000 own 4000 dispute D         | ok victimCertified
            """)
        try story.play(
            """
            certify p-1 creditCard 30000 own 4000 dispute D            | already-certified \(try story.position("E"))
            amend p-1 creditCard 30000 own 4000                        | certified-so
            amend p-1 creditCard 30000 own 4001                        | differs-from-entitlement 34000
            -- the store gives back 500: what is certified is not what the ledger finds any more
            reverse 1 P 500                                            | ok
            amend p-1 creditCard 30000 own 4000                        | differs-from-entitlement 33500
            amend p-1 creditCard 30000 own 3500                        | ok certificationAmended
            uncertify p-1                                              | ok certificationRevoked
            uncertify p-1                                              | not-certified
            certify p-1 creditCard 30000 own 3500 dispute D            | ok
            """)
        let event = try #require(story.events.first { $0.kind == .victimCertified })
        #expect(event.tail.text(.person) == "p-1" && event.subject == .member(1))
        #expect(Entitlement(reading: event.tail) == Entitlement(creditCard: 30000, ownBalance: 4000))
        #expect(event.tail.bytes(.routes) == [Route.memberInquiry.rawValue])
    }

    @Test("Nobody is certified for nothing, nor with a payment unjudged after the first fraud")
    func gaps() throws {
        var story = try Self.aStory()
        try story.play(
            """
            D: dispute 2 X
            label 2 genuine X
            certify p-2 creditCard 70 dispute D                        | not-entitled
            label 2 fraud X
            certify p-2 creditCard 70 dispute D                        | labels-missing \(try story.position("Y"))
            label 2 genuine Y
            -- all of the thief's charge was spent by the member
            as c propose certify p-2 genuine 70 dispute D              | not-entitled
            -- a payment before the first fraud need not be judged
            Z: charge 2 creditCard 9
            label 2 genuine X
            label 2 unknown Y
            label 2 fraud Z
            E: dispute 2 Z
            certify p-2 creditCard 9 dispute E                         | ok
            """)
    }

    @Test("Each route's evidence is of this person; who took the dispute down does not certify")
    func grounds() throws {
        var story = try Self.aStory()
        try story.play(
            """
            rules
            label 1 fraud A P
            D: dispute 1 A P
            F: dispute 2 X
            label 2 genuine X Y
            C: as c dispute 1 A
            R: report creditCard m-1
            S: report creditCard m-2 2 X
            T: report creditCard m-3 1 A
            certify p-1 creditCard 30000 own 4000 dispute F            | evidence-of-another
            certify p-1 creditCard 30000 own 4000 dispute C            | certifier-opened-dispute
            certify p-1 creditCard 30000 own 4000 report 999           | report-unknown
            certify p-1 creditCard 30000 own 4000 report R             | evidence-of-another
            certify p-1 creditCard 30000 own 4000 report S             | evidence-of-another
            as c propose certify p-1 creditCard 30000 own 4000 pattern 2 A | rule-version-unknown
            as c propose certify p-1 creditCard 30000 own 4000 pattern 0 A | rule-version-unknown
            as c propose certify p-1 creditCard 30000 own 4000 pattern 1 A X | evidence-of-another
            as c certify p-1 creditCard 30000 own 4000 pattern 1 A     | approvals-required 1
            -- another person may certify what this one took down, and several routes may stand together
            as c2 propose certify p-1 creditCard 30000 own 4000 dispute C report T pattern 1 A P
            """)
        let position = story.books.next - 1
        try story.play("as op-1 approve \(position) | ok approved victimCertified")
        let event = try #require(story.events.last)
        #expect(event.tail.bytes(.routes)?.compactMap(Route.init(rawValue:)) == Route.allCases)
        #expect(event.tail.number(.ruleVersion) == 1 && event.tail.number(.score) == 7)
        #expect(try event.tail.number(.dispute) == Int64(story.position("C")))
        #expect(try event.tail.number(.report) == Int64(story.position("T")))
        #expect(throws: Malformed.self) { try story.play("certify p-1 creditCard 5") }
    }

    @Test("A staff member is one person under all names")
    func oneAndTheSame() throws {
        var story = try Self.aStory()
        try story.play(
            """
            grant c-phone support c
            C: as c-phone dispute 1 A
            label 1 fraud A P
            certify p-1 creditCard 30000 own 4000 dispute C            | certifier-opened-dispute
            as c2 certify p-1 creditCard 30000 own 4000 dispute C      | ok
            """)
    }

    @Test("A certified event gets another label with its amendment only; what it was stays in the log")
    func amendments() throws {
        var story = try Self.aStory()
        try story.play(
            """
            B: charge 1 creditCard 6
            label 1 fraud A P
            D: dispute 1 A P
            certify p-1 creditCard 30000 own 4000 dispute D
            -- an event that had no label may get one
            label 1 fraud B                                            | ok eventLabelled
            label 1 genuine B                                          | ok eventLabelled
            label 1 genuine P                                          | amendment-required
            label 1 unknown A                                          | amendment-required
            as c relabel 1 genuine P                                   | approvals-required 2
            relabel 1 genuine P                                        | ok eventLabelled certificationAmended
            relabel 1 genuine A                                        | ok eventLabelled certificationRevoked
            label 1 fraud A                                            | ok
            """)
        let amended = try #require(story.events.first { $0.kind == .certificationAmended })
        #expect(Entitlement(reading: amended.tail) == Entitlement(creditCard: 1000, genuineUse: 29000))
        #expect(amended.reference == story.events.first { $0.kind == .victimCertified }?.position)
        #expect(story.books.damage.certifications.isEmpty)
    }

    @Test("Persons found to be one: once, by two, with both certifications; earlier cuts stay")
    func linked() throws {
        var story = try Self.aStory()
        try story.play(
            """
            open p-3
            label 1 fraud A P
            label 2 fraud X Y
            D: dispute 1 A
            E: dispute 2 X
            certify p-1 creditCard 30000 own 4000 dispute D
            certify p-2 creditCard 70 dispute E
            join 1 9                                                   | account-unknown
            as c join 1 2                                              | approvals-required 2
            join 2 1                                                   | ok accountsLinked
            join 1 2                                                   | same-person
            join 3 2                                                   | ok
            join 3 1                                                   | same-person
            amend p-2 creditCard 30070 own 4000                        | certified-so
            uncertify p-3                                              | ok
            """)
        #expect(story.books.damage.certifications.isEmpty)
        #expect(Set((1...3).map { story.books.standing(of: $0) }) == [1])
    }
}
