"""Files of banks in the documented forms of several countries, written by these tests.

The German form is that of the DK (DFÜ agreement, annex 3), the Swiss that of the Swiss Payment
Standards, the Dutch that of the Betaalvereniging: they differ in version and in where they put
references, names, batches and states.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

IBAN = "DE89370400440532013000"
PAYER = "FR1420041010050500013M02606"
DAY = date(2010, 9, 9)


@dataclass(frozen=True)
class Paid:
    """One payment as a test wants it in a file."""

    amount: str = "20.00"
    reference: str = ""
    text: str = ""
    end_to_end: str = ""
    party: str = "Ada Lovelace"
    iban: str = PAYER
    bank_reference: str = ""
    currency: str = "EUR"
    credit: bool = True
    reversal: bool = False
    status: str = "BOOK"
    on: date = DAY
    returned: str = ""
    batch: tuple[Paid, ...] = field(default=())
    batch_number: str = ""
    details: bool = True


def german(*payments: Paid, account: str = IBAN, number: str = "1", message: str = "M-1") -> bytes:
    """camt.053.001.02: states and names directly, amounts of a batch in AmtDtls."""
    return _document("camt.053.001.02", account, number, message, payments, _german_entry)


def german_new(*payments: Paid, account: str = IBAN, message: str = "M-1") -> bytes:
    """camt.053.001.08: states, parties and amounts a level deeper."""
    return _document("camt.053.001.08", account, "1", message, payments, _new_entry)


def swiss_notice(*payments: Paid, account: str = IBAN, message: str = "M-1") -> bytes:
    """camt.054.001.08: a notification, without balances."""
    return _document("camt.054.001.08", account, "1", message, payments, _new_entry)


def old_notice(*payments: Paid, account: str = IBAN, message: str = "M-1") -> bytes:
    """camt.054.001.02."""
    return _document("camt.054.001.02", account, "1", message, payments, _german_entry)


def dutch(*payments: Paid, account: str = IBAN, message: str = "M-1") -> bytes:
    """camt.053.001.02 as Dutch banks write it: no reference of the bank's, all in one detail."""
    bare = [Paid(**{**payment.__dict__, "bank_reference": ""}) for payment in payments]
    return _document("camt.053.001.02", account, "1", message, bare, _german_entry)


def _document(version, account, number, message, payments, entry) -> bytes:
    root, part = (
        ("BkToCstmrStmt", "Stmt") if "053" in version else ("BkToCstmrDbtCdtNtfctn", "Ntfctn")
    )
    balance = "" if "054" in version else _balance(version)
    entries = "".join(entry(payment) for payment in payments)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:{version}">
 <{root}>
  <GrpHdr><MsgId>{message}</MsgId><CreDtTm>2010-09-10T04:00:00+02:00</CreDtTm></GrpHdr>
  <{part}>
   <Id>{number}</Id>
   <ElctrncSeqNb>1</ElctrncSeqNb>
   <CreDtTm>2010-09-10T04:00:00+02:00</CreDtTm>
   <Acct><Id><IBAN>{account}</IBAN></Id><Ccy>EUR</Ccy></Acct>{balance}{entries}
  </{part}>
 </{root}>
</Document>""".encode()


def _balance(version: str) -> str:
    return "".join(
        f"""
   <Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">1000.00</Amt>
    <CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2010-09-09</Dt></Dt></Bal>"""
        for code in ("OPBD", "CLBD")
    )


def _german_entry(paid: Paid) -> str:
    details = _details(paid, _german_detail)
    return f"""
   <Ntry>
    <Amt Ccy="{paid.currency}">{paid.amount}</Amt>
    <CdtDbtInd>{_direction(paid.credit)}</CdtDbtInd>{_reversal(paid)}
    <Sts>{paid.status}</Sts>
    <BookgDt><Dt>{paid.on}</Dt></BookgDt><ValDt><Dt>{paid.on}</Dt></ValDt>
    <AcctSvcrRef>{paid.bank_reference or "NONREF"}</AcctSvcrRef>
    <BkTxCd><Prtry><Cd>NTRF+166</Cd><Issr>DK</Issr></Prtry></BkTxCd>{details}
   </Ntry>"""


def _new_entry(paid: Paid) -> str:
    details = _details(paid, _new_detail)
    reference = paid.bank_reference and f"<AcctSvcrRef>{paid.bank_reference}</AcctSvcrRef>"
    return f"""
   <Ntry>
    <NtryRef>1</NtryRef>
    <Amt Ccy="{paid.currency}">{paid.amount}</Amt>
    <CdtDbtInd>{_direction(paid.credit)}</CdtDbtInd>{_reversal(paid)}
    <Sts><Cd>{paid.status}</Cd></Sts>
    <BookgDt><Dt>{paid.on}</Dt></BookgDt><ValDt><Dt>{paid.on}</Dt></ValDt>{reference}
    <BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>AUTT</SubFmlyCd></Fmly></Domn></BkTxCd>
    {details}
   </Ntry>"""


def _details(paid: Paid, detail) -> str:
    if not paid.details:
        number = f"<NbOfTxs>{len(paid.batch)}</NbOfTxs>" if paid.batch else ""
        batch = f"<Btch>{number}</Btch>" if paid.batch else ""
        return f"<NtryDtls>{batch}</NtryDtls>" if batch else ""
    many = "".join(detail(part, part_of=True) for part in paid.batch)
    named = f"<MsgId>{paid.batch_number}</MsgId>" if paid.batch_number else ""
    header = f"<Btch>{named}<NbOfTxs>{len(paid.batch)}</NbOfTxs></Btch>" if paid.batch else ""
    return f"<NtryDtls>{header}{many or detail(paid, part_of=False)}</NtryDtls>"


def _german_detail(paid: Paid, *, part_of: bool) -> str:
    amount = (
        f'<AmtDtls><TxAmt><Amt Ccy="{paid.currency}">{paid.amount}</Amt></TxAmt></AmtDtls>'
        if part_of
        else ""
    )
    return f"""
     <TxDtls>
      <Refs><EndToEndId>{paid.end_to_end or "NOTPROVIDED"}</EndToEndId></Refs>{amount}
      <RltdPties>{_parties(paid, "<Nm>{}</Nm>")}</RltdPties>
      {_remittance(paid)}{_return(paid)}
     </TxDtls>"""


def _new_detail(paid: Paid, *, part_of: bool) -> str:
    amount = f'<Amt Ccy="{paid.currency}">{paid.amount}</Amt>' if part_of else ""
    direction = f"<CdtDbtInd>{_direction(paid.credit)}</CdtDbtInd>" if part_of else ""
    reference = f"<AcctSvcrRef>{paid.bank_reference}</AcctSvcrRef>" if paid.bank_reference else ""
    return f"""
     <TxDtls>
      <Refs>{reference}<EndToEndId>{paid.end_to_end or "NOTPROVIDED"}</EndToEndId></Refs>
      {amount}{direction}
      <RltdPties>{_parties(paid, "<Pty><Nm>{}</Nm></Pty>")}</RltdPties>
      {_remittance(paid)}{_return(paid)}
     </TxDtls>"""


def _parties(paid: Paid, name: str) -> str:
    """Who paid, and who was paid; what goes back names the parties of the original."""
    goes_back = paid.reversal or bool(paid.returned)
    other, ours = (paid.party, paid.iban), ("Obole", IBAN)
    payer, paid_one = (other, ours) if paid.credit != goes_back else (ours, other)
    return _party("Dbtr", *payer, name) + _party("Cdtr", *paid_one, name)


def _party(side: str, who: str, iban: str, name: str) -> str:
    account = f"<{side}Acct><Id><IBAN>{iban}</IBAN></Id></{side}Acct>" if iban else ""
    return f"<{side}>{name.format(who)}</{side}>{account}"


def _remittance(paid: Paid) -> str:
    if paid.reference:
        return f"""<RmtInf><Strd><CdtrRefInf>
       <Tp><CdOrPrtry><Cd>SCOR</Cd></CdOrPrtry><Issr>ISO</Issr></Tp><Ref>{paid.reference}</Ref></CdtrRefInf></Strd></RmtInf>"""
    return f"<RmtInf><Ustrd>{paid.text}</Ustrd></RmtInf>" if paid.text else ""


def _return(paid: Paid) -> str:
    return f"<RtrInf><Rsn><Cd>{paid.returned}</Cd></Rsn></RtrInf>" if paid.returned else ""


def _reversal(paid: Paid) -> str:
    return "\n    <RvslInd>true</RvslInd>" if paid.reversal else ""


def _direction(credit: bool) -> str:
    return "CRDT" if credit else "DBIT"
