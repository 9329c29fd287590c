import Ledger
import Testing

/// The access desk: sessions, devices, external logins, funding sources, contacts, attempts that failed.
@Suite struct AccessTests {
    @Test("A session ends by its own revocation, by all of the account, of a method, of the ledger, by a reset, by a mandate")
    func endings() throws {
        let ends = ["end 1 1", "end 1", "endAll", "endAll externalId", "reset 1 self", "reset 1 mass", "mandate", "close 1"]
        for end in ends {
            var story = Story()
            try story.play(
                """
                open p-1
                open p-2
                login 1 externalId <device d1>        | ok loginSucceeded
                login 2 externalId <device d2>        | ok
                pay 1 s-1 1 <session 1>               | insufficient-balance 0
                \(end)
                """)
            switch end {
            case "mandate": try story.play("reset 1 self | ok\npay 1 s-1 1 <session 1> | session-ended")
            case "close 1": try story.play("pay 1 s-1 1 <session 1> | account-closed")
            default: try story.play("pay 1 s-1 1 <session 1> | session-ended")
            }
            let isAll = end.hasPrefix("endAll") || end == "mandate"
            if end == "mandate" { try story.play("reset 2 self") }
            try story.play("pay 2 s-1 1 <session 2> | \(isAll ? "session-ended" : "insufficient-balance 0")")
            if end != "close 1" { try story.play("login 1 externalId <device d1> | ok\npay 1 s-1 1 <session 3> | insufficient-balance 0") }
        }
    }

    @Test("Sessions of one method end and the others live on", arguments: LoginMethod.allCases)
    func byMethod(method: LoginMethod) throws {
        var story = Story()
        try story.play(
            """
            open p-1
            login 1 commonId <device d1>
            login 1 externalId <device d2>
            endAll \(method.name)                     | ok sessionsRevoked
            lock 1 pay <session 1>                    | \(method == .commonId ? "session-ended" : "ok")
            lock 1 charge <session 2>                 | \(method == .externalId ? "session-ended" : "ok")
            login 1 \(method.name) <device d1>
            unlock 1 all <session 3>                  | ok
            """)
    }

    @Test("A control on external logins closes no session that is open")
    func controlAndSession() throws {
        var story = Story()
        try story.play(
            """
            open p-1
            login 1 externalId
            stop externalIdLogin
            login 1 externalId                        | external-login-stopped
            lock 1 all <session 1>                    | ok
            """)
    }

    @Test("A session lasts as long as the policy says, to the microsecond")
    func sessionSeconds() throws {
        var story = Story()
        try story.play("open p-1")
        var policy = Policy.none
        policy.sessionSeconds = 900
        try story.ask(.service(.setPolicy(policy)))
        try story.play(
            """
            login 1 commonId
            after 899.999999
            lock 1 pay <session 1>                    | ok
            after 0.000001
            unlock 1 pay <session 1>                  | session-ended
            """)
        // A longer span reaches back to sessions that have not been replaced.
        policy.sessionSeconds = 901
        try story.ask(.service(.setPolicy(policy)))
        try story.play("unlock 1 pay <session 1> | ok")
    }

    @Test("The ninth login ends the oldest session, one on the same device replaces it")
    func mostSessions() throws {
        var story = Story()
        try story.play("open p-1\nopen p-2")
        for device in 1...8 { try story.play("login 1 commonId <device d\(device)>") }
        try story.play(
            """
            contact 1 mail m-1 <session 1>            | ok
            login 2 commonId <device d1>
            contact 1 mail m-1 <session 1>            | ok
            login 1 commonId <device d9>
            contact 1 mail m-1 <session 1>            | session-ended
            contact 1 mail m-1 <session 2>            | ok
            login 1 commonId <device d5>
            contact 1 mail m-1 <session 5>            | session-ended
            contact 1 mail m-1 <session 2>            | ok
            contact 1 mail m-1 <session 11>           | ok
            contact 2 mail m-1 <session 9>            | ok
            -- no device named is one device
            login 2 commonId
            login 2 commonId
            contact 2 mail m-1 <session 12>           | session-ended
            contact 2 mail m-1 <session 13>           | ok
            """)
        #expect(story.books.access.sessionCount == 13)
        #expect(story.events.filter { $0.kind == .loginSucceeded }.map(\.session) == Array(1...13))
    }

    @Test("A session of another account, one that never was, one that was revoked twice")
    func wrongSessions() throws {
        var story = Story()
        try story.play(
            """
            open p-1
            open p-2
            login 1 commonId
            pay 2 s-1 1 <session 1>                   | session-of-another-account
            end 2 1                                   | session-ended
            end 1 1                                   | ok
            end 1 1                                   | session-ended
            """)
        let before = story.books.next
        try story.play("pay 1 s-1 1 <session 2> | session-unknown\nend 1 7 | session-unknown")
        #expect(story.books.next == before)
    }

    @Test func devices() throws {
        var story = Story()
        try story.play("open p-1\nopen p-2")
        var policy = Policy.none
        policy.devicesPerAccount = 2
        try story.ask(.service(.setPolicy(policy)))
        try story.play(
            """
            bind 1 d1                                 | ok deviceBound
            bind 1 d1                                 | device-bound
            bind 2 d1                                 | ok
            bind 1 d2                                 | ok
            bind 1 d3                                 | too-many-devices 2
            -- bound already is said before too many
            bind 1 d2                                 | device-bound
            unbind 1 d3                               | device-not-bound
            unbind 1 d1                               | ok deviceUnbound
            unbind 1 d1                               | device-not-bound
            bind 1 d3                                 | ok
            bind 1 d1                                 | too-many-devices 2
            unbind 2 d1                               | ok
            """)
    }

    @Test func externalLogins() throws {
        var story = Story()
        try story.play(
            """
            open p-1
            open p-2
            link 1 e-1                                | ok externalLoginLinked
            link 2 e-1                                | external-login-taken
            link 1 e-1                                | external-login-taken
            unlink 2 e-1                              | external-login-not-linked
            unlink 1 e-2                              | external-login-not-linked
            unlink 1 e-1                              | ok externalLoginUnlinked
            unlink 1 e-1                              | external-login-not-linked
            link 2 e-1                                | ok
            """)
    }

    @Test("A card charge with a linked card, by its source; a card whose holder was not authenticated is not linked")
    func fundingSources() throws {
        var story = Story()
        try story.play(
            """
            open p-1
            open p-2
            card 1 creditCard tok-1 failed            | three-d-secure-failed
            chargeWith 1 creditCard 100 tok-1         | funding-source-not-linked
            card 1 creditCard tok-1 authenticated     | ok fundingSourceLinked
            card 1 creditCard tok-1 failed            | funding-source-linked
            card 1 debitCard tok-1                    | funding-source-linked
            card 2 debitCard tok-1 attempted          | ok
            chargeWith 1 creditCard 100 tok-1         | ok balance 100
            chargeWith 1 debitCard 100 tok-1          | funding-source-not-linked
            chargeWith 2 debitCard 100 tok-1          | ok
            chargeWith 1 creditCard 100 tok-2         | funding-source-not-linked
            uncard 2 tok-2                            | funding-source-not-linked
            uncard 1 tok-1                            | ok fundingSourceUnlinked
            chargeWith 1 creditCard 100 tok-1         | funding-source-not-linked
            """)
        for last4 in ["123", "12345", "12a4", "１２３４"] {
            #expect(throws: Malformed.self) {
                try story.ask(.access(.linkFundingSource(.ordinal(1), .creditCard, token: "t", brand: nil, last4: last4, nil)))
            }
        }
        // A card's number instead of its token never comes in.
        #expect(throws: Malformed.self) { try story.play("card 1 creditCard 4111111111111111") }
        #expect(throws: Malformed.self) { try story.play("chargeWith 1 creditCard 100 4111111111111111") }
    }

    @Test("New credentials go to a contact that was there before")
    func contacts() throws {
        var story = Story()
        try story.play("open p-1\nopen p-2")
        var policy = Policy.none
        policy.resetsToRegisteredContact = true
        try story.ask(.service(.setPolicy(policy)))
        try story.play(
            """
            resetTo 1 m-1                             | contact-not-registered
            contact 2 mail m-1
            resetTo 1 m-1                             | contact-not-registered
            contact 1 mail m-1                        | ok contactRegistered
            resetTo 1 m-1                             | ok credentialsReset
            -- another of the kind replaces it, one of another kind does not
            contact 1 phone t-1
            resetTo 1 m-1                             | ok
            contact 1 mail m-2
            resetTo 1 m-1                             | contact-not-registered
            resetTo 1 m-2                             | ok
            resetTo 1 t-1                             | ok
            reset 1 reminder moved                    | contact-not-registered
            reset 1 mass moved                        | ok
            """)
    }
}
