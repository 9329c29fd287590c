import Exchange
import Journal
import Ledger
import Projections

/// The regulator's papers in words (発行に関する報告書, 発行保証金, 廃止・払戻しの報告).
struct RegulatorSheets {
    private let genesis: Genesis
    private let language: Language
    private let calendar: BusinessDays

    init(_ genesis: Genesis, _ language: Language, _ calendar: BusinessDays) {
        (self.genesis, self.language, self.calendar) = (genesis, language, calendar)
    }

    private func new(_ title: Term, _ cut: ReportCut) -> Sheet {
        Sheet(title, language, genesis, position: cut.position, instant: cut.instant, root: cut.root)
    }

    /// A day on which offices are closed is printed with the next one they are open on.
    private func due(_ day: Day) -> String {
        guard let open = calendar.onOrAfter(day) else { return "\(day)" }
        return open == day ? "\(day)" : "\(day) (" + Term("closed; next business day \(open)", "休業日、翌営業日 \(open)")[language] + ")"
    }

    func sheet(_ report: BaseDateReport) -> Sheet {
        var sheet = new(Term("Report on issuance as of a base date", "前払式支払手段の発行に関する報告（基準日）"), report.cut)
        sheet.section(Term("Base date", "基準日"))
        sheet.text("baseDate", Term("Base date", "基準日"), "\(report.base.day)")
        sheet.text("due", Term("Report and security due", "報告・供託の期限"), due(report.due))
        sheet.section(Term("Balance carried forward", "未使用残高の推移"))
        sheet.money("previous", Term("Unused at \(report.base.previous.day)", "前基準日（\(report.base.previous.day)）未使用残高"), report.previous.total)
        sheet.money("issued", Term("Issued since", "発行額"), report.issued)
        sheet.money("recovered", Term("Recovered since", "回収額"), report.recovered.total)
        sheet.money("unused", Term("Unused at the base date", "基準日未使用残高"), report.unused.total)
        sheet.text(
            "ties", Term("previous + issued - recovered = unused", "前残高＋発行額－回収額＝未使用残高"),
            report.ties ? Term("it ties", "一致")[language] : Term("IT DOES NOT TIE", "不一致")[language])
        let recovered = report.recovered
        sheet.section(Term("Recovered", "回収額の内訳"))
        sheet.money("goods", Term("paid for goods", "商品等の代価の弁済"), recovered.goods)
        sheet.money("goodsToLoss", Term("given back by stores, made good before", "補償済み取引の返品"), recovered.goodsToLoss)
        sheet.money("refunded", Term("refunded", "払戻し"), recovered.refunded)
        sheet.money("excluded", Term("excluded", "除斥"), recovered.excluded)
        sheet.money("cancelled", Term("cancelled issuance", "発行の取消し"), recovered.cancelled)
        sheet.money("forfeited", Term("left on closed accounts", "退会による失効"), recovered.forfeited)
        sheet.section(Term("Unused", "未使用残高の内訳"))
        sheet.money("members", Term("member balances", "会員残高"), report.unused.members)
        sheet.money("held", Term("held as fraud (shown apart)", "不正分の保留（別掲）"), report.unused.held)
        sheet.money("refunds", Term("refunds owed", "払戻し債務"), report.unused.refunds)
        sheet.money("inTransit", Term("refunds on their way", "支払手続中"), report.unused.inTransit)
        sheet.money("fixed", Term("without what is held", "保留を除く額"), report.unused.fixed)
        if report.latePayable != 0 || report.latePaid != 0 {
            sheet.section(Term("Late claims, no part of the unused balance", "期間経過後の申出（未使用残高に含まず）"))
            sheet.money("latePayable", Term("payable", "未払い"), report.latePayable)
            sheet.money("latePaid", Term("paid", "支払済み"), report.latePaid)
        }
        return sheet
    }

    func sheet(_ report: DepositReport) -> Sheet {
        var sheet = new(Term("Security for the unused balance", "発行保証金"), report.cut)
        sheet.section(Term("What is asked", "要供託額"))
        sheet.text("baseDate", Term("Base date", "基準日"), "\(report.base.day)")
        sheet.money("unused", Term("Unused at the base date", "基準日未使用残高"), report.unused)
        sheet.money("required", Term("Half of it, if it passes \(DepositReport.threshold)", "要供託額（\(DepositReport.threshold)円超の場合、2分の1以上）"), report.required)
        sheet.section(Term("What there is", "保全の状況"))
        sheet.money("deposit", Term("deposited", "供託"), report.deposit)
        sheet.money("trust", Term("by trust", "信託"), report.trust)
        sheet.money("guarantee", Term("by guarantee", "保全契約"), report.guarantee)
        sheet.money("secured", Term("together", "合計"), report.secured)
        sheet.section(Term("What is missing", "不足"))
        sheet.money("topUp", Term("to be added", "追加供託を要する額"), report.topUp)
        sheet.text("due", Term("by", "期限"), due(report.due))
        if report.isOverdue { sheet.text("overdue", Term("overdue", "期限経過"), Term("yes", "はい")[language]) }
        return sheet
    }

    func sheet(_ report: ClosureReport) -> Sheet {
        var sheet = new(Term("The end of the service and its refunds", "業務の廃止および払戻しの報告"), report.cut)
        sheet.section(Term("The end", "廃止"))
        if let decided = report.decided {
            sheet.text("decided", Term("Decided", "決定"), "\(decided.recordedAt.shortText) JST")
            sheet.text("effective", Term("for", "廃止日時"), "\(decided.effectiveAt.shortText) JST")
        } else {
            sheet.text("decided", Term("Decided", "決定"), Term("not decided", "なし")[language])
        }
        if let ended = report.terminated {
            sheet.text("ended", Term("Ended, position", "廃止の記録位置"), "\(ended.position)")
            sheet.count("fixedCount", Term("Balances fixed", "確定した残高の件数"), Int(ended.size.count))
            sheet.money("fixedTotal", Term("and what they come to", "確定した残高の合計"), ended.size.total)
        }
        if let window = report.window {
            sheet.text("from", Term("Claims from", "申出期間の開始"), "\(window.from.shortText) JST")
            sheet.text("last", Term("Claims to the end of", "申出期間の末日"), "\(window.last)")
            sheet.text(
                "closed", Term("Closed", "申出期間の満了"),
                window.closed == 0 ? Term("not yet", "未了")[language] : Term("at position \(window.closed)", "位置 \(window.closed)")[language])
        }
        let totals = report.totals
        sheet.section(Term("Refunds", "払戻し"))
        sheet.table(
            [Term("what", "区分"), Term("accounts", "口座数"), Term("people", "人数"), Term("yen", "金額（円）")], left: [0],
            [
                (Term("fixed", "確定額"), totals.fixed), (Term("adjustments", "調整"), totals.adjustments), (Term("paid", "支払済み"), totals.paid),
                (Term("on its way", "支払手続中"), totals.inFlight), (Term("held", "留保"), totals.held),
                (Term("claimed, not paid", "申出済み・未払い"), totals.claimedNotPaid), (Term("open", "未申出"), totals.open),
                (Term("excluded", "除斥"), totals.excluded),
            ].map { [$0.0[language], UInt64($0.1.accounts).grouped, UInt64($0.1.people).grouped, genesis.currency.grouped($0.1.sum)] })
        sheet.section(Term("Now", "現在"))
        sheet.money("unused", Term("Unused", "未使用残高"), report.unused.total)
        sheet.money("latePayable", Term("Late claims payable", "期間経過後の申出・未払い"), report.latePayable)
        sheet.money("latePaid", Term("Late claims paid", "期間経過後の申出・支払済み"), report.latePaid)
        sheet.money("stillOpen", Term("Still to be settled", "未了の額"), report.stillOpen)
        sheet.count("erased", Term("Persons whose data was destroyed", "個人情報を消去した人数"), report.erased)
        papers(report, &sheet)
        return sheet
    }

    private func papers(_ report: ClosureReport, _ sheet: inout Sheet) {
        sheet.section(Term("Notices", "公告・周知"))
        sheet.table(
            [Term("recorded", "記録日時"), Term("kind", "種類"), Term("where", "掲載先"), Term("SHA-256", "SHA-256"), Term("position", "位置")],
            left: [0, 1, 2, 3],
            report.notices.map { [$0.recordedAt.shortText, $0.kind.name, $0.place, RefundSections.hex($0.contentHash, short: true), "\($0.position)"] })
        sheet.section(Term("Batches", "支払いの一括処理"))
        sheet.table(
            [
                Term("batch", "番号"), Term("method", "方法"), Term("date", "振込指定日"), Term("state", "状態"), Term("refunds", "件数"),
                Term("yen", "金額"), Term("paid", "支払済み"), Term("came back", "返却"),
            ],
            left: [1, 2, 3],
            report.batches.map {
                [
                    "\($0.position)", $0.method.name, $0.date.description, $0.state.name, "\($0.size.count)", genesis.currency.grouped($0.size.total),
                    "\($0.paid.count)", "\($0.returned.count)",
                ]
            })
        sheet.section(Term("Filings", "届出・報告"))
        sheet.table(
            [Term("recorded", "記録日時"), Term("kind", "種類"), Term("of", "対象日"), Term("SHA-256", "SHA-256"), Term("yen", "金額"), Term("position", "位置")],
            left: [0, 1, 2, 3],
            report.filings.map {
                [
                    $0.recordedAt.shortText, $0.kind.name, $0.day?.description ?? "", RefundSections.hex($0.contentHash, short: true),
                    $0.amount.map { genesis.currency.grouped($0) } ?? "", "\($0.position)",
                ]
            })
        sheet.section(Term("Security", "発行保証金"))
        sheet.table(
            [Term("recorded", "記録日時"), Term("form", "形態"), Term("yen", "金額"), Term("approved at", "承認の位置")], left: [0, 1],
            report.security.map {
                [$0.recordedAt.shortText, $0.form.name, genesis.currency.grouped($0.amount), $0.approval == 0 ? "" : "\($0.approval)"]
            })
    }
}
