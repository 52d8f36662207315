<?php
/**
 * Plugin Name: Storeyard: mail
 * Description: Mail leaves by the server that the platform names, from the address that this server takes.
 */

namespace Storeyard;

use PHPMailer\PHPMailer\PHPMailer;
use RuntimeException;
use WP_Error;

if (mailMode() !== 'smtp') {
    return;
}

final class Mail
{
    private const FAILURE = 'storeyard_mail_failed';
    /** Seconds for the connection, and for each answer: whoever orders waits for the mail about it. */
    private const PATIENCE = 10;
    /** A server that has let somebody wait for so long is not tried again in this request for as many. */
    private const REST = 30;

    /** The address that a plugin or the shop's settings would have it from. */
    private static string $meant = '';
    /** User, password, and authorities other than the system's that the server's certificate may be of. */
    private static array $login = ['', '', ''];
    private static float $began = 0.0;
    private static float $restsUntil = 0.0;

    public static function from(string $meant): string
    {
        self::$meant = $meant;
        return setting('MAIL_FROM');
    }

    public static function fromName(string $name): string
    {
        // What WordPress says where nobody has said anything.
        return $name === 'WordPress' ? wp_specialchars_decode(get_option('blogname'), ENT_QUOTES) : $name;
    }

    public static function prepare(PHPMailer $mailer): void
    {
        $mailer->isSMTP();
        $mailer->Host = setting('MAIL_HOST');
        $mailer->Port = (int) setting('MAIL_PORT');
        $mailer->SMTPSecure = match (setting('MAIL_TLS')) {
            'starttls' => PHPMailer::ENCRYPTION_STARTTLS,
            'tls' => PHPMailer::ENCRYPTION_SMTPS,
            'none' => '',
        };
        $mailer->SMTPAutoTLS = false;
        $mailer->Timeout = self::PATIENCE;
        $mailer->getSMTPInstance()->Timelimit = self::PATIENCE;
        $mailer->Hostname = wp_parse_url(WP_HOME, PHP_URL_HOST);
        [$mailer->Username, $mailer->Password, $authorities] = self::$login;
        $mailer->SMTPAuth = $mailer->Username !== '';
        $mailer->SMTPOptions = $authorities === '' ? [] : ['ssl' => ['cafile' => secretPath('mail-ca')]];
        $mailer->Sender = setting('MAIL_FROM');
        $isMeant = !str_starts_with(self::$meant, 'wordpress@') && self::$meant !== setting('MAIL_FROM')
            && PHPMailer::validateAddress(self::$meant);
        if ($isMeant && $mailer->getReplyToAddresses() === []) {
            $mailer->addReplyTo(self::$meant);
        }
        self::$began = microtime(true);
    }

    /** Keeps why, and since when, until the next mail is sent. */
    public static function failed(WP_Error $error): void
    {
        if (self::$began > 0 && microtime(true) - self::$began >= self::PATIENCE) {
            self::$restsUntil = microtime(true) + self::REST;
        }
        self::$began = 0.0;
        $why = self::withoutAddresses($error->get_error_message());
        error_log("mail could not be sent: $why");
        $since = self::failure()['since'] ?? time();
        update_option(self::FAILURE, ['since' => $since, 'why' => $why], true);
    }

    public static function sent(): void
    {
        self::$began = 0.0;
        if (self::failure() !== null) {
            delete_option(self::FAILURE);
        }
    }

    /** For the platform, which asks the shop as a visitor does: that it fails, and no more. */
    public static function tell(): void
    {
        if (self::failure() !== null && !headers_sent()) {
            header('X-Storeyard-Mail: failing');
        }
    }

    public static function notice(): void
    {
        $failure = self::failure();
        if ($failure === null || !current_user_can('manage_options')) {
            return;
        }
        wp_admin_notice(sprintf(
            '<strong>Mail cannot be sent since %s.</strong> %s. What was to be sent since then has reached nobody: look at the list of orders.',
            esc_html(wp_date('j F Y, H:i', $failure['since'])),
            esc_html(ucfirst(rtrim($failure['why'], '.')))
        ), ['type' => 'error']);
    }

    private static function failure(): ?array
    {
        $failure = get_option(self::FAILURE);
        return is_array($failure) && isset($failure['since'], $failure['why']) ? $failure : null;
    }

    /** What WordPress returns of a mail that is not even tried; null where it is. */
    public static function refuse(?bool $sent): ?bool
    {
        if ($sent !== null) {
            return $sent;
        }
        try {
            // For each mail: what is changed in the Secret comes to the files by itself.
            self::$login = array_map(secret(...), ['mail-user', 'mail-password', 'mail-ca']);
            $why = microtime(true) < self::$restsUntil ? 'the server did not answer a moment ago, and was not asked again' : null;
        } catch (RuntimeException $error) {
            $why = $error->getMessage();
        }
        if ($why === null) {
            return null;
        }
        do_action('wp_mail_failed', new WP_Error('wp_mail_failed', $why));
        return false;
    }

    /** Who gets mail is nobody's business who reads a log, and a line of it is one. */
    private static function withoutAddresses(string $text): string
    {
        $text = preg_replace('/[^\s<>:;,()"]+@[^\s<>:;,()"]+/', '(address)', $text);
        return trim(preg_replace('/\s+/', ' ', wp_strip_all_tags($text)));
    }
}

add_filter('wp_mail_from', [Mail::class, 'from'], PHP_INT_MAX);
add_filter('wp_mail_from_name', [Mail::class, 'fromName'], 5);
add_action('phpmailer_init', [Mail::class, 'prepare'], PHP_INT_MAX);
add_action('wp_mail_failed', [Mail::class, 'failed']);
add_action('wp_mail_succeeded', [Mail::class, 'sent']);
add_action('init', [Mail::class, 'tell']);
add_action('admin_notices', [Mail::class, 'notice']);
add_filter('pre_wp_mail', [Mail::class, 'refuse'], PHP_INT_MAX);
