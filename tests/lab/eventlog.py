# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Event logs as the double of wevtapi.dll reads them (double/wevtapi.c): a first line, then the XML of one event a line."""
from xml.sax.saxutils import escape

MAGIC = 'ElfFile\n'
DCOM = 'Microsoft-Windows-DistributedCOM'
DCOM_GUID = '{1B562E86-B7AA-4131-BADC-B6F3A001407E}'
EVENT = (
    "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>{provider}<EventID Qualifiers='0'>{id}</EventID>"
    "<Version>0</Version><Level>{level}</Level><Task>0</Task><Opcode>0</Opcode><Keywords>0x8080000000000000</Keywords>"
    "<TimeCreated SystemTime='{time}'/><EventRecordID>{record}</EventRecordID><Correlation/>"
    "<Execution ProcessID='788' ThreadID='1044'/><Channel>System</Channel><Computer>{computer}</Computer>"
    "<Security UserID='S-1-5-18'/></System><EventData>{data}</EventData></Event>")


def text(events, computer):
    """The text of a log. events: strings as they are (broken records), or dicts with

    event_id, strings; provider (DCOM), time ('2026-11-25T19:30:00', UTC), computer (computer), level (3).
    """
    return MAGIC + ''.join((event if isinstance(event, str) else xml(event, record, computer)) + '\n' for record, event in enumerate(events, 1))


def xml(event, record, computer):
    provider = event.get('provider', DCOM)
    about = ' Guid=%s EventSourceName=\'DCOM\'' % _quoted(event.get('provider_guid', DCOM_GUID)) if provider == DCOM else ''
    data = ''.join("<Data Name='param%d'>%s</Data>" % (number, escape(said)) for number, said in enumerate(event['strings'], 1))
    return EVENT.format(
        provider='<Provider Name=%s%s/>' % (_quoted(provider), about), id=event['event_id'], level=event.get('level', 3), record=record,
        time=event.get('time', '2026-01-01T00:00:00') + '.0000000Z', computer=escape(event.get('computer', computer)),
        data=data + '<Binary></Binary>')



def _quoted(value):
    return "'%s'" % escape(value, {"'": '&apos;'})
