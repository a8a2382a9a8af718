"""Sends the mails of a MailQueue with Python's smtplib, under any Python from 2.7 on: worker.py [HOST [PORT [SMTPHOST [SMTPPORT]]]]"""
import smtplib
import sys
import time
from email.mime.text import MIMEText
from multiprocessing.managers import BaseManager

host, port, smtp_host, smtp_port = (sys.argv[1:] + ['127.0.0.1', '5000', '127.0.0.1', '25'][len(sys.argv) - 1:])[:4]


class MailQueues(BaseManager): pass


MailQueues.register('outgoing')
MailQueues.register('refused')
manager = MailQueues(address=(host, int(port)), authkey=b'abc')
manager.connect()
outgoing, refused = manager.outgoing(), manager.refused()


def is_permanent(error):
    """Whether the mail server will never take the mail: its reply began with 5."""
    codes = [code for code, _ in getattr(error, 'recipients', {}).values()] or [getattr(error, 'smtp_code', 0)]
    return min(codes) >= 500


while True:
    receipt, mail = outgoing.lease()  # if this process dies before ack, another worker gets the mail
    message = MIMEText(mail['body'], 'plain', 'utf-8')
    message['From'], message['To'], message['Subject'] = mail['sender'], mail['recipient'], ' '.join(mail['subject'].splitlines())
    try:
        server = smtplib.SMTP(smtp_host, int(smtp_port))
        server.sendmail(mail['sender'], [mail['recipient']], message.as_string())
        server.quit()
        print('sent to %(recipient)s' % mail)
    except (smtplib.SMTPException, EnvironmentError) as error:
        if not is_permanent(error):
            print('%s; trying again' % error)
            outgoing.nack(receipt)
            time.sleep(1)
            continue
        refused.put({'mail': mail, 'reason': str(error)})
        print('refused for %s: %s' % (mail['recipient'], error))
    finally:
        sys.stdout.flush()
    outgoing.ack(receipt)
